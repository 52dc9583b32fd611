#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Copies the linked object, and makes what has the version SNUG_MUSL hidden: hide.py FROM TO.

glibc passes a hidden symbol by, whoever asks; to musl, which does not look, it is one like others.
No linker exports a hidden symbol.
"""
import os
import struct
import sys

SECTION = struct.Struct('<IIQQQQIIQQ')
SYMBOL = struct.Struct('<IBBHQQ')
DEFINED = struct.Struct('<HHHHIII')
TYPE_DYNSYM, TYPE_VERDEF, TYPE_VERSYM = 11, 0x6ffffffd, 0x6fffffff
HIDDEN = 2


def text(data, at):
    return bytes(data[at:data.index(0, at)]).decode()


def find_index(data, section, strings, name):
    """The index of a version."""
    at = section[4]
    while True:
        _, _, index, _, _, names, following = DEFINED.unpack_from(data, at)
        if text(data, strings + struct.unpack_from('<I', data, at + names)[0]) == name:
            return index
        if not following:
            sys.exit(f'no version {name}')
        at += following


data = bytearray(open(sys.argv[1], 'rb').read())
first, = struct.unpack_from('<Q', data, 40)
size, n = struct.unpack_from('<HH', data, 58)
sections = [SECTION.unpack_from(data, first + i * size) for i in range(n)]
of_type = {section[1]: section for section in sections}
symbols = of_type[TYPE_DYNSYM]
strings = sections[symbols[6]][4]
wanted = find_index(data, of_type[TYPE_VERDEF], strings, 'SNUG_MUSL')
n_hidden = 0
for i in range(symbols[5] // SYMBOL.size):
    at = symbols[4] + i * SYMBOL.size
    index, = struct.unpack_from('<H', data, of_type[TYPE_VERSYM][4] + 2 * i)
    name, _, _, section, _, _ = SYMBOL.unpack_from(data, at)
    if index == wanted and section < n:  # The version's own name is in no section.
        data[at + 5] |= HIDDEN
        n_hidden += 1
if not n_hidden:
    sys.exit('nothing to hide')
with open(sys.argv[2], 'wb') as out:
    out.write(data)
os.chmod(sys.argv[2], 0o755)
