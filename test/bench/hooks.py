# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a hooked call costs: instructions, as the difference of two lengths of a run under callgrind,
and nanoseconds of CPU time of 1 to 8 threads that call at the same time. With an empty object, with
snug where nothing is asked for, and with all keys that look at such calls; from C code, and from
what is taken for the Go runtime."""
import os
import subprocess

import gauge
from gauge import Way

N_CALLS = 2000 # Of a round, in hooks.c.
CALLS = {'mmap': 'mmap, munmap', 'prctl': 'prctl', 'sched_getaffinity': 'sched_getaffinity',
         'pthread_create': 'pthread_create, pthread_join'}
# All that look at these calls. follow is not one: its thread works beside.
KEYS = {'SNUG_NUMA_PLACE': 'interleave', 'SNUG_NUMA_CONFINE': 'on', 'SNUG_SPAN_HUGE': 'auto',
        'SNUG_SPAN_ALIGN': '2M', 'SNUG_SPAN_GUARD': 'refuse', 'SNUG_SPAN_NAME': 'on',
        'SNUG_PRCTL_THP': 'own', 'SNUG_SECCOMP_GUARD': 'log', 'SNUG_THREADS_WARN': '1000000',
        'SNUG_CHILD_PDEATHSIG': 'TERM', 'SNUG_MEMORY_PRESENT': 'on'}
# More than with an empty object, with no key on. What one call of pthread_create takes varies, as
# its threads do.
MOST = {'mmap': 20, 'prctl': 100, 'sched_getaffinity': 100, 'pthread_create': 300}


def make_ways(bench):
    """The first is what the others are compared with."""
    stats = os.path.join(bench.work, 'stats')
    c, go = f'{bench.programs}/hooks', f'{bench.programs}/hooks_go'
    return {
        'empty object': Way(c, LD_PRELOAD=bench.empty),
        'C': Way(c, LD_PRELOAD=bench.object),
        'C, scope = all': Way(c, LD_PRELOAD=bench.object, SNUG_SCOPE='all'),
        'C, all keys': Way(c, LD_PRELOAD=bench.object, SNUG_SCOPE='all', SNUG_STATS_FILE=stats, **KEYS),
        'Go': Way(go, LD_PRELOAD=bench.object),
        'Go, all keys': Way(go, LD_PRELOAD=bench.object, SNUG_STATS_FILE=stats, **KEYS),
    }


def longer(way, *arguments):
    return Way(*way.command, *map(str, arguments), **way.variables)


def instructions_of(way, call):
    """Of one call. The first round is left out: it finds the next definitions."""
    once, twice = (gauge.count_instructions(longer(way, call, 1, n), 1)[0] for n in (1, 2))
    return round((twice - once) / N_CALLS)


def nanoseconds_of(way, call, n_threads, n_rounds):
    """The median of the rounds of all threads."""
    way = longer(way, call, n_threads, n_rounds)
    done = subprocess.run(way.command, check=True, capture_output=True, text=True,
                          env=way.environment())
    return gauge.spread([int(line) for line in done.stdout.splitlines()])[0]


def measure_instructions(bench, ways, calls):
    counts = {call: {name: instructions_of(way, call) for name, way in ways.items()}
              for call in calls}
    bench.sheet.keep('hook: instructions', counts)
    bench.sheet.table('Instructions of a hooked call', ['', *map(CALLS.get, calls)],
                      [[name, *(counts[call][name] for call in calls)] for name in ways])
    for call in calls:
        base = counts[call]['empty object']
        more = max(counts[call][name] for name in ('C', 'C, scope = all', 'Go')) - base
        bench.sheet.claim(more <= MOST[call], f'{CALLS[call]}: at most {MOST[call]} instructions more '
                          f'than with an empty object where no key is on: {more}')


def measure_times(bench, ways, calls):
    for call in calls:
        rows = {name: [name] for name in ways}
        threads = bench.rounds([1, 2, 4, 8], [1, 4])
        for n_threads in threads:
            samples = gauge.in_turn(ways, bench.rounds(11, 3), lambda way, call=call, n=n_threads:
                                    nanoseconds_of(way, call, n, bench.rounds(10, 3)))
            bench.sheet.keep(f'hook: {call}: {n_threads} threads: ns', samples)
            for name in ways:
                rows[name].append(gauge.shown(samples[name], 0))
        bench.sheet.table(f'\n{CALLS[call]}: ns of CPU time a call, by threads',
                          ['', *map(str, threads)], list(rows.values()))


def measure(bench):
    ways = make_ways(bench)
    calls = bench.rounds(list(CALLS), ['mmap', 'prctl', 'sched_getaffinity'])
    measure_instructions(bench, ways, calls)
    measure_times(bench, ways, bench.rounds(calls, ['mmap']))
