#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: up to its first mapping the runtime asks the kernel once for its own thread's CPUs, with
room for a mask of 8,192 bytes, and never by libc's sched_getaffinity.
Relied on by: lib/apply/window.c, lib/hook/affinity.c
"""
from fact import expect, finish, traces

for way, trace in traces('internal', 'external', 'pie', 'musl', 'newer'):
    first = trace.index(lambda event: event.name == 'mmap' and trace.is_from_program(event))
    counts = [event.rest for event in trace.events[:first]
              if event.is_count()]
    expect(len(counts) == 1 and counts[0].startswith('0, 8192, '), way, counts)
    expect(not trace.marks('sched_getaffinity'), way, "libc's sched_getaffinity is called")
finish()
