#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: every program has the mark of its build information at a multiple of 16 bytes in a
writable segment, behind what is read-only after relocation, at most 4 MiB behind and with bytes
in the file; stripping and -buildid= leave it.
Relied on by: lib/facts/program.c
"""
from elf import Elf, PF_W, PT_GNU_RELRO, PT_LOAD
from fact import expect, finish, ways

MARK, ALIGNMENT, SEARCHED = b'\xff Go buildinf:', 16, 4 << 20


def places(elf):
    relro = elf.segment(PT_GNU_RELRO)
    for segment in elf.segments:
        if segment.type != PT_LOAD or not segment.flags & PF_W:
            continue
        start = relro.end if relro and segment.has(relro.start) else segment.start
        start = (start + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
        data = elf.bytes_at(start, max(0, segment.start + segment.file_bytes - start))
        at = data.find(MARK)
        while at >= 0:
            yield at
            at = data.find(MARK, at + 1)


for way, path in ways('internal', 'external', 'pie', 'nocgo', 'stripped', 'musl', 'newer'):
    found = list(places(Elf(path)))
    expect(found and found[0] % ALIGNMENT == 0 and found[0] < SEARCHED, way, f'it is at {found}')
finish()
