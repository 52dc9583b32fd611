#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: the runtime takes its variables from the start vector, and never looks at libc's environ.
Relied on by: lib/apply/vector.c
"""
from fact import expect, finish, output_of, watcher_of, ways

for way, path in ways('internal', 'external', 'pie', 'newer'):
    said = output_of(path, 'see', 'GOMAXPROCS=', LD_PRELOAD=watcher_of(way), GOMAXPROCS='5',
                     WATCH_ENVIRON='GOMAXPROCS=7').split('\n')
    expect('GOMAXPROCS 5' in said and 'GOMAXPROCS=5' in said, way, f'the program says {said}')
finish()
