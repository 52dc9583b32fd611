#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: the runtime's first mappings are 256 KiB to read and write, then 128 KiB and 1 MiB
without access, anonymous and at no address, in a row from one place in the program, on its first
thread.
Relied on by: lib/apply/caller.c, lib/apply/window.c
"""
from fact import expect, finish, traces

STEPS = [['0', '262144', '3', '34'], ['0', '131072', '0', '34'], ['0', '1048576', '0', '34']]

for way, trace in traces('internal', 'external', 'pie', 'musl', 'newer'):
    calls = trace.marks('mmap')
    first = next((i for i, call in enumerate(calls) if call.words[1:] == STEPS[0]), None)
    if first is None:
        expect(False, way, f'no such first mapping; there were {[c.words[1:] for c in calls[:5]]}')
        continue
    place = calls[first].words[0]
    row = [call for call in calls[first:] if call.words[0] == place][:len(STEPS)]
    expect([call.words[1:] for call in row] == STEPS, way, [call.words[1:] for call in row])
    expect(all(call.thread == trace.main for call in row), way, 'it is not the first thread')
    expect(not any(call.words[0] == place for call in calls[:first]), way,
           'that place has mapped something before')
finish()
