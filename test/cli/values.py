#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares values of a JSON file with what standard input expects, one a line:

    facts cpu allowed = 8

Names are parted by spaces, since they hold dots; members of an array have their number. Prints each difference.
"""
import json
import sys

with open(sys.argv[1]) as file:
    document = json.load(file)
for line in sys.stdin:
    path, expected = line.strip().split(' = ', 1)
    found = document
    for name in path.split():
        found = found[int(name) if isinstance(found, list) else name]
    # As text, for 1 is True in Python.
    if json.dumps(found) != json.dumps(json.loads(expected)):
        print(f'{path} is {json.dumps(found)}, not {expected}')
