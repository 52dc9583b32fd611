#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: behind the mark of the build information stand the size of a pointer and flags; before Go
1.18 at byte 16 pointers to two strings, from then on at byte 32 two strings behind their lengths:
the release, and what the main module is, in frames of 16 bytes. A module that asks for an older
Go than 1.25 has containermaxprocs=0 and updatemaxprocs=0 in its DefaultGODEBUG, one that asks for
it has not.
Relied on by: lib/facts/program.c
"""
from elf import Elf
from fact import expect, finish, minor, ways

MARK, INLINE, FRAME = b'\xff Go buildinf:', 2, 16


def string_pointed_to(elf, pointer):
    text, n_bytes = elf.number(pointer, 8), elf.number(pointer + 8, 8)
    return elf.bytes_at(text, n_bytes)


def string_inline(data, at):
    n_bytes = shift = 0
    while True:
        byte = data[at]
        n_bytes |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return data[at:at + n_bytes], at + n_bytes


def strings_of(elf):
    at = elf.data.index(MARK)
    flags = elf.data[at + 15]
    if minor >= 18:
        version, behind = string_inline(elf.data, at + 32)
        return flags, version, string_inline(elf.data, behind)[0]
    pointers = [int.from_bytes(elf.data[at + n:at + n + 8], 'little') for n in (16, 24)]
    return flags, *(string_pointed_to(elf, pointer) for pointer in pointers)


for way, path in ways('internal', 'external', 'stripped', 'newer'):
    elf = Elf(path)
    flags, version, module = strings_of(elf)
    expect(flags & 1 == 0 and bool(flags & INLINE) == (minor >= 18), way, f'its flags are {flags}')
    expect(elf.data[elf.data.index(MARK) + 14] == 8, way, 'its pointers do not have 8 bytes')
    expect(version.startswith(f'go1.{minor}'.encode()), way, f'the release is {version}')
    inside = module[FRAME:-FRAME].decode()
    expect(inside.startswith('path\tsnug/facts\n') and inside.endswith('\n'), way,
           f'the module is {module[:40]} … {module[-24:]}')
    defaults = [line for line in inside.split('\n') if line.startswith('build\tDefaultGODEBUG=')]
    says_off = all(f'{name}maxprocs=0' in ''.join(defaults) for name in ('container', 'update'))
    expect(says_off == (minor >= 25 and way != 'newer'), way, f'its defaults are {defaults}')
finish()
