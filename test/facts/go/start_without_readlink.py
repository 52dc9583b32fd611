#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: before the first constructor glibc's loader calls openat, mmap and prlimit64, musl's open
or openat; neither calls readlink, sched_setaffinity or getcpu, nor makes a process.
Relied on by: lib/apply/start.c, lib/apply/trial.c, lib/base/sys.c, lib/facts/facts.c
"""
from fact import expect, finish, traces

NEVER = {'readlink', 'readlinkat', 'sched_setaffinity', 'getcpu', 'clone', 'clone3', 'fork', 'vfork'}

for way, trace in traces('internal', 'external', 'pie', 'musl', 'newer'):
    end = trace.index(lambda event: event.is_mark)
    calls = {event.name for event in trace.events[:end]}
    wanted = {'mmap'} if way == 'musl' else {'openat', 'mmap', 'prlimit64'}
    expect(wanted <= calls, way, f'{sorted(wanted - calls)} are missing')
    expect(not calls & NEVER, way, f'it calls {sorted(calls & NEVER)}')
    expect(way != 'musl' or calls & {'open', 'openat'}, way, 'nothing is opened')
finish()
