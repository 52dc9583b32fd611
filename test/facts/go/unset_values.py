#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: GOMAXPROCS that is empty, 0, negative, no number or above 2,147,483,647 is as if it were
not there, so is GOMEMLIMIT that is empty.
Relied on by: lib/facts/variables.c
"""
from fact import expect, finish, minor, output_of, ways

for way, path in ways('internal', 'newer'):
    plain = output_of(path, 'see')
    for value in ('', '0', '-3', 'x', '3x', '2147483648', '99999999999999999999'):
        said = output_of(path, 'see', GOMAXPROCS=value)
        expect(said == plain, way, f'GOMAXPROCS={value} makes {said.split()} of {plain.split()}')
    said = output_of(path, 'see', GOMAXPROCS='7')
    expect('GOMAXPROCS 7\n' in said, way, f'GOMAXPROCS=7 makes {said.split()}')
    if minor >= 19:
        said = output_of(path, 'see', GOMEMLIMIT='')
        expect(said == plain, way, f'GOMEMLIMIT= makes {said.split()} of {plain.split()}')
finish()
