# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service with a cache that grows to half of its limit: alive or killed, and what the collector
takes of the CPU time; in nothing but Go's heap, and with C code that holds memory too. Who lives is
no count: how far a heap passes its target depends on when the collector gets a CPU."""
import json
import signal
import subprocess

import gauge
import programs
from gauge import Way
from scene import limited

# Parts of the limit.
LIVE_PERCENT, C_PERCENT = 50, 20
LIMITS_MIB = [128, 256]


def make_ways(bench, limit_mib):
    plain = programs.build(bench, 'cache', 'plain')
    ways = {
        'nothing': Way(plain),
        'GOGC = 50': Way(plain, GOGC='50'),
        'GOMEMLIMIT = 90 %': Way(plain, GOMEMLIMIT=f'{limit_mib * 9 // 10}MiB'),
        'snug': Way(plain, LD_PRELOAD=bench.object),
        'snug, headroom measured': Way(plain, LD_PRELOAD=bench.object,
                                       SNUG_MEMORY_HEADROOM='measured'),
    }
    return ways | programs.sized_by(bench, 'memory', 'cache', {'automemlimit': 'libraries'})


def live_in(limit_mib, c_mib, way):
    """What the program said, or None if it was killed."""
    with limited(-1, limit_mib << 20) as group:
        command = group.inside([*way.command, '-live', str(limit_mib * LIVE_PERCENT // 100),
                                '-c', str(c_mib)])
        done = subprocess.run(command, capture_output=True, check=False, text=True,
                              env=way.environment())
    if done.returncode == -signal.SIGKILL:
        return None
    if done.returncode:
        raise RuntimeError(f'{way.command[0]}: status {done.returncode}: {done.stderr}')
    return json.loads(done.stdout)


def row_of(name, samples):
    lives = [sample for sample in samples if sample]
    cells = [gauge.shown([sample[what] for sample in lives], digits) if lives else '-'
             for what, digits in (('gc_percent', 1), ('cpu_ms', 0), ('resident_mib', 0))]
    return [name, f'{len(lives)} of {len(samples)}', *cells]


def measure(bench):
    for limit_mib in bench.rounds(LIMITS_MIB, LIMITS_MIB[:1]):
        ways = make_ways(bench, limit_mib)
        for c_mib in 0, limit_mib * C_PERCENT // 100:
            samples = gauge.in_turn(ways, bench.rounds(5, 3), lambda way, limit=limit_mib, c=c_mib:
                                    live_in(limit, c, way))
            title = f'{limit_mib} MiB, {limit_mib * LIVE_PERCENT // 100} live'
            title += f', {c_mib} of C' if c_mib else ''
            bench.sheet.keep(f'memory: {title}', samples)
            bench.sheet.table(f'\nA cache under {title}',
                              ['', 'alive', 'collector, %', 'CPU time, ms', 'resident, MiB'],
                              [row_of(name, samples[name]) for name in ways])
