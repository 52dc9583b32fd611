#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: the heap is reserved without access in multiples of 64 MiB and grown there, to read and
write and with MAP_FIXED, in multiples of 4 MiB that are aligned; both from the place that made
the first mappings. What it maps so for its own use is smaller or not aligned.
Relied on by: lib/apply/heap.c, lib/apply/arenas.c, lib/apply/inheritance.c
"""
from fact import expect, finish, traces

ARENA, CHUNK, RESERVED, GROWN, WANTED = 64 << 20, 4 << 20, '34', '50', 96 << 20

for way, trace in traces('internal', 'external', 'pie', 'musl', 'newer'):
    calls = trace.marks('mmap')
    place = next((c.words[0] for c in calls if c.words[1:] == ['0', '262144', '3', '34']), None)
    reserved, grown = [], []
    for i, event in enumerate(trace.events):
        if event.name != 'mmap' or not event.is_mark or event.words[0] != place:
            continue
        at, n_bytes, prot, flags = event.number(1), event.number(2), event.words[3], event.words[4]
        if prot == '0' and flags == RESERVED and n_bytes % ARENA == 0:
            made = next(e for e in trace.events[i:]
                        if e.name == 'mapped' and e.thread == event.thread)
            reserved.append((made.number(1), n_bytes))
        elif prot == '3' and flags == GROWN:
            if at % CHUNK or n_bytes % CHUNK:
                continue  # The summaries of its pages.
            grown.append((at, n_bytes))
            expect(any(low <= at and at + n_bytes <= low + n for low, n in reserved), way,
                   f'{n_bytes} bytes at {at:#x} are not reserved')
    n_grown = sum(n for _, n in grown)
    expect(n_grown >= WANTED, way, f'only {n_grown} bytes grew so')
finish()
