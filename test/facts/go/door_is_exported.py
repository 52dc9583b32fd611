#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: every cgo program exports crosscall2, stripped or not.
Relied on by: lib/apply/procs.c
"""
from elf import Elf, SHT_DYNSYM, STT_FUNC
from fact import expect, finish, ways

for way, path in ways('internal', 'external', 'pie', 'stripped', 'musl', 'newer'):
    doors = [s for s in Elf(path).symbols(SHT_DYNSYM) if s.name == 'crosscall2']
    expect(len(doors) == 1 and doors[0].is_defined and doors[0].type == STT_FUNC and
           doors[0].binding, way, 'there is no function crosscall2 for others')
finish()
