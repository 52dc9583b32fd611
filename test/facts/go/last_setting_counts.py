#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: of two settings of one name in GODEBUG the last counts.
Relied on by: lib/facts/variables.c
"""
from fact import expect, finish, output_of, ways

for way, path in ways('internal'):
    for settings, speaks in (('inittrace=1,inittrace=0', False), ('inittrace=0,inittrace=1', True)):
        said = output_of(path, GODEBUG=settings)
        expect(said.startswith('init ') == speaks, way, f'GODEBUG={settings} makes {said[:40]!r}')
finish()
