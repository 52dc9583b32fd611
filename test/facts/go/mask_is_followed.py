#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: if the main module asks for Go 1.25 or later, the runtime follows a change of the
affinity mask, unless GOMAXPROCS is set or GODEBUG says updatemaxprocs=0.
Relied on by: lib/plan/runtime.c, lib/plan/plan.c
Since: 1.25
"""
import os, select

from fact import ENOUGH_SECONDS, expect, finish, lacks, start, ways

ROUNDS_SECONDS = 5  # It looks each second; who waits no longer may miss a fault, and finds none.

cpus = sorted(os.sched_getaffinity(0))
if len(cpus) < 2:
    lacks('a second CPU')


def follows(path, seconds, **environment):
    child = start([path, 'follow'], env=environment)
    child.stdout.readline()
    for thread in os.listdir(f'/proc/{child.pid}/task'):
        try:
            os.sched_setaffinity(int(thread), cpus[:1])
        except ProcessLookupError:
            pass
    ready = select.select([child.stdout], [], [], seconds)[0]
    ret = child.stdout.readline() if ready else ''
    child.kill()
    child.communicate()
    return ret == 'GOMAXPROCS 1\n'


for way, path in ways('newer'):
    expect(follows(path, ENOUGH_SECONDS), way, 'it does not')
    expect(not follows(path, ROUNDS_SECONDS, GOMAXPROCS=str(len(cpus))), way,
           'it does with GOMAXPROCS set')
    expect(not follows(path, ROUNDS_SECONDS, GODEBUG='updatemaxprocs=0'), way,
           'it does with updatemaxprocs=0')
finish()
