#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: when the program makes its first thread, moduledata lies in the initialised part of a
writable segment, and is the first there of its form: rising slices as long as their capacity, and
a header in memory that is not written with two zeros and the size of a pointer.
Relied on by: lib/facts/module.c
"""
import struct

from elf import Elf, PF_W, PF_X, PT_GNU_RELRO, PT_LOAD
from fact import Stopped, expect, finish, ways

WORD, N_WORDS, N_SLICES, SEARCHED = 8, 32, 6, 64 << 20


def is_slices(words):
    before = words[0]
    for i in range(N_SLICES):
        at, n, capacity = words[1 + 3 * i:4 + 3 * i]
        if n != capacity or not n or at < before or (at == before and i != N_SLICES - 1):
            return False
        before = at
    return words[0] and words[20] < words[21]


def has_header(elf, bias, process, address):
    relro = elf.segment(PT_GNU_RELRO)
    segment = next((s for s in elf.segments if s.type == PT_LOAD and s.has(address - bias, 8)),
                   None)
    if not segment or segment.flags & PF_W and not (relro and relro.has(address - bias, 8)):
        return False
    header = process.read(address, 8)
    return header[4:6] == b'\0\0' and header[7] == WORD


def is_code(elf, address):
    return any(s.type == PT_LOAD and s.flags & PF_X and s.has(address) for s in elf.segments)


def first_of_form(elf, bias, process):
    left = SEARCHED
    for segment in elf.segments:
        if segment.type != PT_LOAD or not segment.flags & PF_W:
            continue
        start = (segment.start + WORD - 1) // WORD * WORD
        n_bytes = min(segment.start + segment.file_bytes - start, left) // WORD * WORD
        left -= n_bytes
        memory = process.read(bias + start, n_bytes)
        words = struct.unpack(f'<{n_bytes // WORD}Q', memory)
        for i in range(len(words) - N_WORDS + 1):
            if not words[i] or not words[i + 2] or words[i + 2] != words[i + 3]:
                continue  # Nearly all of them, in no time.
            if is_slices(words[i:i + N_WORDS]) and is_code(elf, words[i + 20] - bias) and \
                    has_header(elf, bias, process, words[i]):
                return start + i * WORD
    return 0


for way, path in ways('internal', 'external', 'pie', 'musl', 'newer'):
    elf = Elf(path)
    module = elf.symbol('runtime.firstmoduledata').address
    with Stopped(way, 'pthread_create') as process:
        bias = process.base() - elf.low() // 4096 * 4096
        found = first_of_form(elf, bias, process)
        expect(found == module, way, f'moduledata is at {module:#x}, and of its form is {found:#x}')
finish()
