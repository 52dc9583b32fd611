#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: in the runtime's gcController GOGC stands in the word before the memory limit, the least
heap in the one behind it; the heap that triggered, the live heap and the mapped memory stand 14,
22 and 42 words behind the limit in Go 1.19, 7, 15 and 35 in 1.20, 10, 18 and 38 from 1.21 on.
Relied on by: lib/facts/pacer.c
Since: 1.19
"""
from fact import expect, finish, minor, shape

STRUCTURE, WORD = 'runtime.gcControllerState', 8
NAMES = ('gcPercent', 'heapMinimum', 'triggered', 'heapMarked', 'mappedReady')
DISTANCES = {19: (-1, 1, 14, 22, 42), 20: (-1, 1, 7, 15, 35)}

offsets = {field: at for (structure, field), at in shape().items() if structure == STRUCTURE}
limit = offsets['memoryLimit']
for name, words in zip(NAMES, DISTANCES.get(minor, (-1, 1, 10, 18, 38))):
    seen = offsets[name] - limit if name in offsets else 'missing'
    expect(seen == words * WORD, name, f'{seen} bytes from the limit, and not {words * WORD}')
finish()
