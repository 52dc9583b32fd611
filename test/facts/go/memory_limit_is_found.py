#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: when the program makes its first thread, the memory limit stands in one aligned word of
the first MiB of .noptrbss, told by its neighbours: GOGC as 32 bits, the least heap that follows
from it, no collection triggered, some memory mapped.
Relied on by: lib/facts/pacer.c, lib/apply/aim.c
Since: 1.19
"""
import struct

from elf import Elf
from fact import Stopped, expect, finish, minor, ways

WORD, SEARCHED, NONE, LIMIT = 8, 1 << 20, (1 << 64) - 1, 241172487
TRIGGERED, READY = {19: (14, 42), 20: (7, 35)}.get(minor, (10, 38))
HEAP = 4 << 20


def candidates(words, gogc):
    """Where the limit may be, by the words around it."""
    least = HEAP * gogc // 100 % (1 << 64) if gogc >= 0 else (HEAP * gogc % (1 << 64)) // 100
    return [i for i in range(1, len(words) - READY)
            if words[i] == LIMIT and words[i - 1] == gogc % (1 << 32) and words[i + 1] == least and
            words[i + TRIGGERED] == NONE and words[i + READY]]


for way, path in ways('internal', 'external', 'pie', 'musl'):
    elf = Elf(path)
    start, end = (elf.symbol('runtime.' + name).address for name in ('noptrbss', 'enoptrbss'))
    start = (start + WORD - 1) // WORD * WORD
    n_words = min(end - start, SEARCHED) // WORD
    # The least heap of "off" is what a product that wraps makes of it.
    for text, gogc in (('100', 100), ('50', 50), ('off', -1)):
        with Stopped(way, 'pthread_create', GOMEMLIMIT=str(LIMIT), GOGC=text) as process:
            bias = process.base() - elf.low() // 4096 * 4096
            words = struct.unpack(f'<{n_words}Q', process.read(bias + start, n_words * WORD))
            found = candidates(words, gogc)
            expect(len(found) == 1, way, f'GOGC={text}: {len(found)} words look like the limit; '
                   f'{words.count(LIMIT)} have its value')
finish()
