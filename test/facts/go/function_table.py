#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: the table of functions, its header's number 0xfffffffa before Go 1.18, 0xfffffff0 before
1.20 and 0xfffffff1 from then on, leads from a name to the function's address; runtime.GOMAXPROCS
is in it, whatever the program calls.
Relied on by: lib/facts/pclntab.c, lib/apply/procs.c
"""
import platform

from elf import Elf
from fact import Stopped, expect, finish, minor, ways

WORD = 8
MAGIC = 0xfffffffa if minor < 18 else 0xfffffff0 if minor < 20 else 0xfffffff1
INSTRUCTION = 4 if platform.machine() == 'aarch64' else 1


def find(process, module, name):
    """The address, by the program's memory alone."""
    def slice_at(word):
        return process.word(module + word * WORD), process.word(module + (word + 1) * WORD)
    names, n_names = slice_at(1)
    table, _ = slice_at(13)
    functions, n_functions = slice_at(16)
    text = process.word(module + 22 * WORD)
    entry_bytes, width = (16, 8) if minor < 18 else (8, 4)
    all_names = process.read(names, n_names)
    entries = process.read(functions, entry_bytes * n_functions)
    for i in range(n_functions - 1):
        at = entry_bytes * i
        address = int.from_bytes(entries[at:at + width], 'little')
        description = int.from_bytes(entries[at + width:at + width + 4], 'little')
        name_at = int.from_bytes(process.read(table + description + width, 4), 'little')
        if all_names.startswith(name + b'\0', name_at):
            return address if minor < 18 else text + address
    return 0


for way, path in ways('internal', 'external', 'pie', 'musl'):
    elf = Elf(path)
    with Stopped(way, 'pthread_create') as process:
        bias = process.base() - elf.low() // 4096 * 4096
        module = bias + elf.symbol('runtime.firstmoduledata').address
        header = process.read(process.word(module), 8)
        expect(header == MAGIC.to_bytes(4, 'little') + bytes([0, 0, INSTRUCTION, WORD]), way,
               f'the header is {header.hex()}')
        wanted = bias + elf.symbol('runtime.GOMAXPROCS').address
        found = find(process, module, b'runtime.GOMAXPROCS')
        expect(found == wanted, way, f'it is at {wanted:#x}, and the table says {found:#x}')
finish()
