#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: in a program's dynamic symbols all that it imports stand before the first that a GNU hash
table counts; where that begins at once, or is missing, a SysV one tells how many there are, or
the strings stand right behind the symbols.
Relied on by: lib/base/elf.c
"""
import struct

from elf import Elf, PT_DYNAMIC, SHT_DYNSYM
from fact import expect, finish, ways

DT_HASH, DT_STRTAB, DT_SYMTAB, DT_GNU_HASH, SYMBOL_BYTES = 4, 5, 6, 0x6ffffef5, 24


def n_searched(elf, dynamic):
    """How many of the first symbols are looked at for imports."""
    first = elf.number(dynamic[DT_GNU_HASH] + 4, 4) if DT_GNU_HASH in dynamic else 0
    if first > 1:
        return first
    if DT_HASH in dynamic:
        return elf.number(dynamic[DT_HASH] + 4, 4)
    behind = dynamic[DT_STRTAB] - dynamic[DT_SYMTAB]
    return behind // SYMBOL_BYTES if DT_GNU_HASH in dynamic else 0


for way, path in ways('internal', 'external', 'pie', 'stripped', 'musl', 'newer'):
    elf = Elf(path)
    segment = elf.segment(PT_DYNAMIC)
    dynamic = dict(struct.iter_unpack('<QQ', elf.bytes_at(segment.start, segment.file_bytes)))
    n = n_searched(elf, dynamic)
    symbols = list(elf.symbols(SHT_DYNSYM))
    late = [s.name for s in symbols[n:] if not s.is_defined]
    expect(n and not late, way, f'of {len(symbols)} symbols {n} are looked at, and not {late}')
finish()
