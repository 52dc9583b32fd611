#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: after a collection the first MiB of .bss has the runtime's account of CPU time in eleven
words: assists, dedicated, idle marks, pauses and their sum; two of the scavenger and theirs; idle,
the program, and all, which is the sums, idle and the program less pauses since. Nothing else there
adds up like it.
Relied on by: lib/facts/ledger.c
Since: 1.20
"""
import struct

from elf import Elf
from fact import Stopped, expect, finish, ways

WORD, SEARCHED, N_WORDS, COLLECTOR = 8, 1 << 20, 11, 4


def adds_up(words):
    total, pauses = words[10], words[3]
    since = words[COLLECTOR] + words[7] + words[8] + words[9] - total
    return (total >= 100000 and words[COLLECTOR] > 0 and sum(words[:4]) == words[COLLECTOR] and
            words[5] + words[6] == words[7] and 0 <= since <= pauses and
            all(0 <= word <= total for word in words[:9]))


for way, path in ways('internal', 'external', 'pie', 'musl'):
    elf = Elf(path)
    start, end = (elf.symbol('runtime.' + name).address for name in ('bss', 'ebss'))
    start = (start + WORD - 1) // WORD * WORD
    n_words = min(end - start, SEARCHED) // WORD
    with Stopped(way, 'pthread_create', 'grow', 'wait') as process:
        bias = process.base() - elf.low() // 4096 * 4096
        process.go_on()
        process.line()
        words = struct.unpack(f'<{n_words}q', process.read(bias + start, n_words * WORD))
        found = [i for i in range(n_words - N_WORDS + 1) if adds_up(words[i:i + N_WORDS])]
        expect(len(found) == 1, way, f'{len(found)} places look like the account')
finish()
