#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: a thread of C that calls runtime.GOMAXPROCS by crosscall2, with the number plus 2 to the
32nd in the place of a pointer, sets the count and comes back.
Relied on by: lib/apply/procs.c
"""
import os

from elf import Elf
from fact import ENOUGH_SECONDS, expect, finish, lacks, minor, start, watcher_of, ways

COUNT = 7

if os.uname().machine == 'aarch64' and minor < 18:
    lacks('arguments in registers')
for way, path in ways('internal', 'external', 'pie', 'musl'):
    function = Elf(path).symbol('runtime.GOMAXPROCS').address
    read_end, write_end = os.pipe()
    child = start([path, 'wait', 'follow'], pass_fds=[read_end],
                  env={'LD_PRELOAD': watcher_of(way), 'GOMAXPROCS': '2',
                       'WATCH_CALL': f'{function:#x}:{COUNT}:{read_end}'})
    os.close(read_end)
    seen = [child.stdout.readline()]
    child.stdin.write('\n')
    child.stdin.flush()
    seen.append(child.stdout.readline())
    os.write(write_end, b'!')
    seen.append(child.stdout.readline())
    wanted = ['ready\n', 'GOMAXPROCS 2\n', f'GOMAXPROCS {COUNT}\n']
    expect(seen == wanted, way, f'the program says {seen}')
    os.close(write_end)
    child.kill()
    child.communicate(timeout=ENOUGH_SECONDS)
finish()
