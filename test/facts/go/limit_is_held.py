#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: the runtime reads its own cgroup's CPU limit again and again, from a file that it keeps
open, if the main module asks for Go 1.25 or later and GODEBUG does not say containermaxprocs=0;
else it never does.
Relied on by: lib/facts/program.c, lib/plan/runtime.c
"""
import os

from fact import expect, finish, lacks, start, ways

FILES = ('cpu.max', 'cpu.cfs_quota_us')


def has_limit_file():
    """Whether this process's own cgroup has one, below a mount that shows the whole hierarchy."""
    with open('/proc/self/cgroup') as lines:
        paths = [line.rstrip('\n').split(':', 2)[1:] for line in lines]
    with open('/proc/self/mountinfo') as lines:
        points = [line.split() for line in lines if ' - cgroup' in line]
    return any(os.path.exists(f'{point[4]}{path}/{file}') for point in points if point[3] == '/'
               for controllers, path in paths if not controllers or 'cpu' in controllers.split(',')
               for file in FILES)


def holds(path, **environment):
    child = start([path, 'wait'], env=environment)
    child.stdout.readline()
    folder = f'/proc/{child.pid}/fd'
    ret = any(os.path.basename(os.readlink(f'{folder}/{fd}')) in FILES for fd in os.listdir(folder))
    child.communicate('\n')
    return ret


if not has_limit_file():
    lacks('a cgroup of its own whose CPU limit is a file')
for way, path in ways('internal', 'external', 'pie', 'musl', 'newer'):
    expect(holds(path) == (way == 'newer'), way, 'it does not' if way == 'newer' else 'it does')
    expect(not holds(path, GODEBUG='containermaxprocs=0'), way, 'it does with containermaxprocs=0')
finish()
