#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: the runtime gives memory back by madvise, which does not pass through libc, and unmaps
nothing of what its heap has grown by.
Relied on by: lib/apply/huge.c
"""
from fact import expect, finish, traces

for way, trace in traces('internal', 'external', 'pie', 'musl', 'newer'):
    grown = [(c.number(1), c.number(2)) for c in trace.marks('mmap') if c.words[3:] == ['3', '50']]
    for call in trace.marks('munmap'):
        low, high = call.number(1), call.number(1) + call.number(2)
        expect(not any(low < at + n and at < high for at, n in grown), way,
               f'{high - low} bytes at {low:#x}')
    advised = [event for event in trace.events
               if event.name == 'madvise' and 'MADV_DONTNEED' in event.rest]
    expect(grown and advised, way, f'{len(grown)} growths, {len(advised)} calls that give back')
finish()
