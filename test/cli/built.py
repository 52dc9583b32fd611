#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes of a program that looks like Go one of another release and other modules: built.py FROM TO RELEASE [SETTING…].

A setting is a line of module information with colons for tabs: dep:example.org/a:v1.2.3:h1, build:-race=true.
Without any there is no such information.
"""
import os
import sys

source, target, release, *settings = sys.argv[1:]
magic = b'\xff Go buildinf:\x08\x02' + bytes(16)


def string(text):
    n, length = len(text), b''
    while n > 127:
        length += bytes([n & 127 | 128])
        n >>= 7
    return length + bytes([n]) + text


module = ''.join(line.replace(':', '\t') + '\n' for line in settings).encode()
frame = bytes(range(16))
with open(source, 'rb') as file:
    program = bytearray(file.read())
at = program.index(magic) + len(magic)
information = string(release.encode()) + string(frame + module + frame if module else b'')
assert len(information) < 4096 - len(magic)
program[at:at + 4096 - len(magic)] = information.ljust(4096 - len(magic), b'\0')
with open(target, 'wb') as file:
    file.write(program)
os.chmod(target, 0o755)
