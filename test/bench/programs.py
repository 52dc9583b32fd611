# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the Go programs of test/bench/programs. A tag says who tells a program its CPUs and its
memory: `libraries`, `own` (Go 1.25 and later), or `plain`, nobody."""
import os
import subprocess

from gauge import Way
from scene import Lacking

NO_PROXY = 'dial tcp', 'proxyconnect', 'no such host', 'module lookup disabled', 'cannot find module'


def build(bench, name, tag):
    program = os.path.join(bench.work, f'{name}-{tag}')
    if os.path.exists(program):
        return program
    settings = {'CGO_ENABLED': '1', 'GO111MODULE': 'on', 'GOWORK': 'off', 'GOTOOLCHAIN': 'local',
                'GOFLAGS': '-buildvcs=false'}
    done = subprocess.run(['go', 'build', '-tags', tag, '-o', program, f'./{name}'], check=False,
                          cwd=f'{bench.sources}/programs', capture_output=True, text=True,
                          env={**os.environ, **settings})
    if done.returncode == 0:
        return program
    if 'unknown //go:debug' in done.stderr:
        raise Lacking('this machine lacks a Go from 1.25 on')
    if any(words in done.stderr for words in NO_PROXY):
        raise Lacking('this machine lacks a way to the module proxy')
    raise RuntimeError(done.stderr)


def sized_by(bench, part, name, tags):
    """Label -> the way of a program that is told by what its tag says. What this machine cannot build
    is said and left out."""
    ways = {}
    for label, tag in tags.items():
        try:
            ways[label] = Way(build(bench, name, tag))
        except Lacking as why:
            bench.sheet.skip(f'{part}: {label}', str(why))
    return ways
