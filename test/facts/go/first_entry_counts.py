#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: of two entries of one name the first counts, for the runtime and for the program.
Relied on by: lib/facts/variables.c, lib/apply/vector.c, lib/base/entries.c
"""
import ctypes, os

from fact import expect, finish, ways


def array_of(words):
    return (ctypes.c_char_p * (len(words) + 1))(*(word.encode() for word in words), None)


def output_with(path, entries, *words):
    """What the program prints with just these entries, which no dictionary can hold."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(write_end, 1)
        ctypes.CDLL(None).execve(path.encode(), array_of([path, *words]), array_of(entries))
        os._exit(127)
    os.close(write_end)
    with os.fdopen(read_end) as output:
        said = output.read()
    os.waitpid(child, 0)
    return said.split('\n')


for way, path in ways('internal', 'external', 'pie', 'nocgo', 'musl', 'newer'):
    said = output_with(path, ['GOMAXPROCS=5', 'OTHER=x', 'GOMAXPROCS=7'], 'see', 'GOMAXPROCS=')
    expect('GOMAXPROCS 5' in said and 'GOMAXPROCS=5' in said, way, f'the program says {said}')
    # An empty one is the first too.
    said = output_with(path, ['GOMAXPROCS=', 'GOMAXPROCS=77'], 'see')
    expect('GOMAXPROCS 77' not in said, way, f'the program says {said}')
finish()
