#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: memoryLimit of the runtime's gcController is where the limit is kept: what is stored
there from outside is what the runtime says of it, and GOMEMLIMIT in plain bytes is what it holds
at first.
Relied on by: lib/apply/aim.c, lib/plan/memory.c
Since: 1.19
"""
from elf import Elf
from fact import Stopped, expect, finish, shape, ways

FIRST, SECOND = 241172480, 123456789

for way, path in ways('internal', 'external', 'pie', 'musl'):
    elf = Elf(path)
    with Stopped(way, 'pthread_create', 'see', GOMEMLIMIT=str(FIRST)) as process:
        bias = process.base() - elf.low() // 4096 * 4096
        word = (bias + elf.symbol('runtime.gcController').address +
                shape()['runtime.gcControllerState', 'memoryLimit'])
        expect(process.word(word) == FIRST, way, f'at the start it holds {process.word(word)}')
        process.write_word(word, SECOND)
        process.go_on()
        lines = [process.line() for _ in range(3)]
        expect(lines[2] == f'GOMEMLIMIT {SECOND}', way, f'the program says {lines}')
finish()
