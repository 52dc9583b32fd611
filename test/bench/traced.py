#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `snug run` adds to the start of a program:

    traced.py SNUG C_PROGRAM [PAIRS]

Starts a static Go program and a static C program in turn: by themselves, by `snug run`, and by
`snug run` with one CPU taken away, which traces the Go program's start. Builds the Go program with
the Go that is installed. Prints medians, and fails where a traced start takes 2 ms more than one
that is not.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SNUG, C_PROGRAM = sys.argv[1:3]
PAIRS = int(sys.argv[3]) if len(sys.argv) > 3 else 100
SOURCE = 'package main\n\nimport "os"\n\nfunc main() { os.Exit(0) }\n'
BUDGET_MS = 2


QUIET = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]


def took_ms(command, environment):
    before = time.perf_counter_ns()
    pid = os.posix_spawn(command[0], command, environment, file_actions=QUIET)
    os.waitpid(pid, 0)
    return (time.perf_counter_ns() - before) / 1e6


def measure(program, environment):
    ways = {
        'plain': [program],
        'snug run': [SNUG, 'run', '--cpu.count=off', '--', program],
        'one CPU less': [SNUG, 'run', '--cpu.count=1', '--', program],
    }
    times = {way: [] for way in ways}
    for _ in range(PAIRS):
        for way, command in ways.items():
            times[way].append(took_ms(command, environment))
    return {way: statistics.median(values) for way, values in times.items()}


def build_go(directory):
    source = os.path.join(directory, 'main.go')
    with open(source, 'w') as file:
        file.write(SOURCE)
    program = os.path.join(directory, 'program')
    subprocess.run(['go', 'build', '-o', program, source], check=True, cwd=directory,
                   env={**os.environ, 'CGO_ENABLED': '0', 'GOFLAGS': ''})
    return program


if not shutil.which('go'):
    print('not installed: go')
    sys.exit(77)
if len(os.sched_getaffinity(0)) < 2:
    print('machine lacks a second CPU')
    sys.exit(77)
environment = {name: value for name, value in os.environ.items() if not name.startswith('SNUG')}
load = os.getloadavg()[0]
with tempfile.TemporaryDirectory() as directory:
    medians = {'static Go': measure(build_go(directory), environment),
               'static C': measure(C_PROGRAM, environment)}
print(f'medians of {PAIRS} starts in turn, in ms, at a load of {load:.1f} on {os.cpu_count()} CPUs')
for kind, median in medians.items():
    print(f'{kind}: ' + ', '.join(f'{way} {ms:.2f}' for way, ms in median.items()))
    more = median['one CPU less'] - median['snug run']
    print(f'{kind}: with one CPU less {more:+.2f}')
go = medians['static Go']
sys.exit(go['one CPU less'] - go['snug run'] > BUDGET_MS)
