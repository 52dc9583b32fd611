#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: moduledata begins with a pointer to the header of the table of functions and six slices,
and has the parts of a program's text and data at the words where they are since Go 1.16.
Relied on by: lib/facts/module.c
"""
from fact import expect, finish, shape

STRUCTURE, WORD = 'runtime.moduledata', 8
PLACES = {'pcHeader': 0, 'funcnametab': 1, 'cutab': 4, 'filetab': 7, 'pctab': 10, 'pclntable': 13,
          'ftab': 16, 'minpc': 20, 'maxpc': 21, 'text': 22, 'bss': 28, 'ebss': 29, 'noptrbss': 30,
          'enoptrbss': 31}

offsets = {field: at for (structure, field), at in shape().items() if structure == STRUCTURE}
for name, word in PLACES.items():
    seen = offsets.get(name)
    expect(seen == word * WORD, name, f'at byte {seen}, and not {word * WORD}')
finish()
