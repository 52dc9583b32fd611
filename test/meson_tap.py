#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints TAP for the JSON log of `meson test`: a Check program counts as its checks,
any other test as one.

    meson_tap.py LOG
"""
import json
import re
import sys

n_results = 0


def result(is_ok, label, output=''):
    global n_results
    n_results += 1
    print('ok' if is_ok else 'not ok', n_results, '-', label)
    for line in output.splitlines():
        print('#', line)


def report(test):
    name, outcome = test['name'], test['result']
    output = test.get('stdout', '') + test.get('stderr', '')

    if outcome == 'SKIP':
        result(True, name + ' # SKIP ' + (output.splitlines() or ['gives no reason'])[0])
        return

    # A line that Check prints at the end: "87%: Checks: 15, Failures: 2, Errors: 0".
    checks = re.search(r'Checks: (\d+), Failures: (\d+), Errors: (\d+)', output)
    n_bad = 0
    if checks:
        n_bad = int(checks[2]) + int(checks[3])
        for _ in range(int(checks[1]) - n_bad):
            result(True, name)
        for i in range(n_bad):
            result(False, name, output if i == 0 else '')
    if outcome != 'OK' and n_bad == 0:
        result(False, name + ': ' + outcome, output)
    elif not checks:
        result(True, name)


for line in open(sys.argv[1]):
    report(json.loads(line))
print('1..%d' % n_results)
