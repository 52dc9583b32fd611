#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: a cgo program imports mmap, munmap, pthread_attr_destroy and pthread_create; a
position-independent one without cgo has a loader, but names no library and imports nothing.
Relied on by: lib/facts/program.c, lib/apply/start.c, lib/hook/mapping.c
"""
from elf import Elf, PT_INTERP
from fact import expect, finish, ways

WANTED = {'mmap', 'munmap', 'pthread_attr_destroy', 'pthread_create'}

for way, path in ways('internal', 'external', 'pie', 'stripped', 'musl', 'newer'):
    missing = WANTED - Elf(path).imports()
    expect(not missing, way, f'it does not import {sorted(missing)}')
for way, path in ways('nocgo'):
    elf = Elf(path)
    expect(elf.segment(PT_INTERP) and not elf.needed() and not elf.imports(), way,
           f'{elf.needed()} libraries, imports {sorted(elf.imports())}')
finish()
