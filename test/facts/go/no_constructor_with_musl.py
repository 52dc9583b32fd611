#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: a program that Go itself links starts without libc's start code: with musl no constructor
runs, and the first of what snug hooks is pthread_attr_destroy; with glibc the loader runs
them.
Relied on by: lib/hook/entry.c, lib/apply/start.c
"""
from elf import Elf
from fact import expect, finish, traces, path_of

for way, trace in traces('internal', 'pie', 'musl', 'newer'):
    expect('__libc_start_main' not in Elf(path_of(way)).imports(), way, 'it has the start code')
    runs = bool(trace.first(lambda event: event.is_mark and event.name == 'constructor'))
    expect(runs == (way != 'musl'), way, f'constructors run: {runs}')
    first = trace.first(lambda event: event.is_mark and event.name not in ('image', 'constructor'))
    expect(first and first.name == 'pthread_attr_destroy', way, f'{first and first.name} is the first')
finish()
