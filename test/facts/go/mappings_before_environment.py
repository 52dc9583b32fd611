#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: the runtime reads its variables after its third mapping: what the start vector holds by
then counts.
Relied on by: lib/apply/caller.c, lib/apply/start.c
"""
from fact import expect, finish, output_of, watcher_of, ways

for way, path in ways('internal', 'external', 'pie', 'musl', 'newer'):
    said = output_of(path, 'see', 'GOMAXPROCS=', LD_PRELOAD=watcher_of(way), GOMAXPROCS='5',
                     WATCH_LATE='GOMAXPROCS=7').split('\n')
    expect('GOMAXPROCS 7' in said and 'GOMAXPROCS=7' in said, way, f'the program says {said}')
finish()
