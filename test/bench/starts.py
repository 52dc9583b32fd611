# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a start costs: a Go program alone, with an empty object, with snug, and with the libraries
that give the same answers compiled in, under a limit of one CPU and 256 MiB. /bin/true likewise. Then
how the cost grows with the lines of mountinfo and with the levels of cgroups."""
import os
import subprocess

import gauge
import programs
from gauge import Way
from scene import Lacking, in_child, limited, mount_lines

QUOTA_USEC, MEMORY_BYTES = 100000, 256 << 20
CALLS_MOST = 40 # That snug adds to a Go start.
TRUE_CALLS_MOST, TRUE_PERCENT_MOST = 4, 3
LEVEL_CALLS_MOST = 9 # A v2 level has three files, and a file takes three calls.
PAGE_CALLS_MOST = 2 # The kernel gives at most 4 KiB of mountinfo a read, in whole lines.


def preloaded(program, bench):
    """The three ways that any program has."""
    return {'alone': Way(program),
            'empty object': Way(program, LD_PRELOAD=bench.empty),
            'snug': Way(program, LD_PRELOAD=bench.object)}


def go_ways(bench):
    plain = programs.build(bench, 'start', 'plain')
    ways = preloaded(plain, bench)
    # As the libraries count; snug's default is not less than two CPUs.
    ways['snug, cpu.min = 1'] = Way(plain, LD_PRELOAD=bench.object, SNUG_CPU_MIN=1)
    return ways | programs.sized_by(bench, 'start', 'start', {
        'Go 1.25 and later, its own': 'own', 'both libraries': 'libraries'})


def answer(way):
    """GOMAXPROCS and, in MiB, GOMEMLIMIT; the last line, since libraries log before it."""
    done = subprocess.run([*way.command, 'answer'], check=True, capture_output=True, text=True,
                          env=way.environment())
    procs, limit_bytes = map(int, done.stderr.splitlines()[-1].split())
    return procs, 'none' if limit_bytes == 2 ** 63 - 1 else limit_bytes >> 20


def weigh(bench, name, ways, has_answer):
    """A table; name -> the fewest calls and instructions of some runs; all samples, for a child
    must hand them on."""
    calls = gauge.in_turn(ways, bench.rounds(9, 3), lambda way: gauge.count_calls(way, 1)[0])
    instructions = gauge.in_turn(ways, bench.rounds(9, 2),
                                 lambda way: gauge.count_instructions(way, 1)[0])
    times = gauge.in_turn(ways, bench.rounds(60, 10), gauge.took_ms)
    rows, counts = [], {}
    for way in ways:
        counts[way] = min(calls[way]), min(instructions[way])
        rows.append([way, *(map(str, answer(ways[way])) if has_answer else ()), *counts[way],
                     gauge.shown(times[way]), gauge.shown(gauge.ratios(times[way], times['alone']))])
    head = [name, *(['GOMAXPROCS', 'GOMEMLIMIT, MiB'] if has_answer else ()), 'system calls',
            'instructions', 'wall time, ms', 'to alone']
    return head, rows, counts, {'calls': calls, 'instructions': instructions, 'wall ms': times}


def show(sheet, title, name, weighed):
    """Returns the counts."""
    head, rows, counts, samples = weighed
    sheet.table(title, head, rows)
    sheet.keep(f'start: {name}', samples)
    return counts


def added(counts, way, base, which=0):
    return counts[way][which] - counts[base][which]


def claim_go(sheet, counts):
    ours = added(counts, 'snug', 'empty object')
    sheet.claim(ours <= CALLS_MOST,
                f'snug adds at most {CALLS_MOST} system calls to a Go start: {ours}')
    if 'both libraries' not in counts:
        return
    same = added(counts, 'snug, cpu.min = 1', 'empty object')
    libraries = added(counts, 'both libraries', 'alone')
    sheet.claim(same < libraries, 'snug adds fewer system calls than both libraries: '
                f'{same}, {libraries}')
    same = added(counts, 'snug, cpu.min = 1', 'empty object', 1)
    libraries = added(counts, 'both libraries', 'alone', 1)
    sheet.claim(same < libraries, 'snug adds fewer instructions than both libraries: '
                f'{same:,}, {libraries:,}')


def claim_true(sheet, counts):
    calls = added(counts, 'snug', 'empty object')
    percent = 100 * added(counts, 'snug', 'empty object', 1) / counts['empty object'][1]
    sheet.claim(calls <= TRUE_CALLS_MOST,
                f'snug adds at most {TRUE_CALLS_MOST} system calls to /bin/true: {calls}')
    sheet.claim(percent <= TRUE_PERCENT_MOST,
                f'snug adds at most {TRUE_PERCENT_MOST} % to the instructions of /bin/true: '
                f'{percent:.1f} %')


def measure_starts(bench, ways):
    sheet = bench.sheet
    surroundings = 'under a limit of one CPU and 256 MiB'

    def work():
        group.enter()
        return weigh(bench, 'a Go program', ways, True), group.cpu_stat()['nr_throttled']
    try:
        with limited(QUOTA_USEC, MEMORY_BYTES) as group:
            weighed, n_throttled = in_child(work)
        surroundings += f'; {n_throttled} periods throttled'
    except Lacking as why:
        surroundings = f'without a limit, since {why}'
        weighed = weigh(bench, 'a Go program', ways, True)
    claim_go(sheet, show(sheet, f'A Go start {surroundings}', 'a Go program', weighed))
    weighed = weigh(bench, '/bin/true', preloaded('/bin/true', bench), False)
    claim_true(sheet, show(sheet, '\n/bin/true', '/bin/true', weighed))


GROWING = 'alone', 'snug', 'both libraries'


def growth(bench, what, points, ways):
    """One table: calls and instructions at each point, and what one more costs."""
    rows, slopes = [], {}
    (low, _), (high, _) = points[0], points[-1]
    for way in ways:
        cells = [f'{counts[way][0]}; {counts[way][1]:,}' for _, counts in points]
        first, last = points[0][1][way], points[-1][1][way]
        slopes[way] = [(b - a) / (high - low) for a, b in zip(first, last)]
        rows.append([way, *cells, f'{slopes[way][0]:.2f}; {slopes[way][1]:,.0f}'])
    bench.sheet.keep(f'start: {what}', points)
    bench.sheet.table(f'\nA Go start, by {what}: system calls; instructions',
                      ['', *(f'{at:,}' for at, _ in points), 'one more'], rows)
    return slopes


def fewest(bench, ways):
    rounds = bench.rounds(5, 1)
    return {name: (min(gauge.count_calls(way, rounds + 2)),
                   min(gauge.count_instructions(way, rounds)))
            for name, way in ways.items()}


def measure_mounts(bench, ways):
    points, pages = [], []
    for n_lines in bench.rounds([20, 200, 5000], [20, 1000]):
        (n, n_bytes, directory), counts = in_child(
            lambda n=n_lines: (mount_lines(n), fewest(bench, ways)))
        os.rmdir(directory)
        points.append((n, counts))
        pages.append(n_bytes / 4096)
    slopes = growth(bench, 'lines of mountinfo', points, ways)
    calls = (slopes['snug'][0] - slopes['alone'][0]) * (points[-1][0] - points[0][0])
    calls /= pages[-1] - pages[0]
    bench.sheet.claim(calls <= PAGE_CALLS_MOST, f'snug makes at most {PAGE_CALLS_MOST} system calls '
                      f'for each 4 KiB of mountinfo: {calls:.2f}')


def measure_levels(bench, ways):
    points = []
    for n_levels in bench.rounds([1, 8, 64], [1, 16]):
        def work():
            group.enter()
            return fewest(bench, ways)
        with limited(QUOTA_USEC, MEMORY_BYTES, n_levels) as group:
            points.append((n_levels, in_child(work)))
    slopes = growth(bench, 'levels of cgroups, of which the highest has the limit', points, ways)
    calls = slopes['snug'][0] - slopes['alone'][0]
    bench.sheet.claim(calls <= LEVEL_CALLS_MOST, 'a level of cgroups costs snug at most '
                      f'{LEVEL_CALLS_MOST} system calls: {calls:.2f}')


def measure(bench):
    ways = go_ways(bench)
    measure_starts(bench, ways)
    growing = {name: ways[name] for name in GROWING if name in ways}
    for what in measure_mounts, measure_levels:
        try:
            what(bench, growing)
        except Lacking as why:
            bench.sheet.skip(f'start: {what.__name__}', str(why))
