# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service with a quota of one CPU on a machine with more, at a load that does not wait for answers:
the share of periods in which the kernel stopped it, the times of requests and how many were answered.
The load is as much as takes some part of the quota, by the CPU time of a request without a limit."""
import contextlib
import json
import os
import subprocess

import gauge
import programs
from gauge import Way
from scene import PERIOD_USEC, Lacking, limited

QUOTA_USEC = PERIOD_USEC
LOAD_PERCENT = 85 # Of the quota.


def make_ways(bench):
    plain = programs.build(bench, 'web', 'plain')
    ways = {'nothing': Way(plain),
            'snug': Way(plain, LD_PRELOAD=bench.object),
            'snug, cpu.min = 1': Way(plain, LD_PRELOAD=bench.object, SNUG_CPU_MIN='1')}
    return ways | programs.sized_by(bench, 'throttle', 'web', {
        'Go 1.25 and later, its own': 'own', 'automaxprocs': 'libraries'})


@contextlib.contextmanager
def serving(way, group):
    """The service, and its address."""
    with subprocess.Popen(group.inside(way.command), stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, env=way.environment()) as service:
        try:
            yield service, f'http://127.0.0.1:{int(service.stdout.readline())}/'
        finally:
            service.kill()


def send(bench, url, rate, seconds):
    done = subprocess.run([programs.build(bench, 'load', 'plain'), '-rate', str(rate), '-seconds',
                           str(seconds), url], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def used_seconds(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def choose_rate(bench, way):
    """Requests a second that take LOAD_PERCENT of the quota."""
    with limited(-1, None) as group, serving(way, group) as (service, url):
        send(bench, url, 50, 2)
        before = used_seconds(service.pid)
        answered = send(bench, url, 50, 5)['answered']
        each_seconds = (used_seconds(service.pid) - before) / answered
        return round(LOAD_PERCENT / 100 * QUOTA_USEC / PERIOD_USEC / each_seconds)


def sample(bench, way, rate, seconds):
    with limited(QUOTA_USEC, None) as group, serving(way, group) as (_, url):
        send(bench, url, rate, 1)
        before = group.cpu_stat()
        found = send(bench, url, rate, seconds)
        after = group.cpu_stat()
    n_periods, n_throttled = (after[name] - before[name] for name in ('nr_periods', 'nr_throttled'))
    return {**found, 'throttled_percent': 100 * n_throttled / max(n_periods, 1)}


def measure(bench):
    if len(os.sched_getaffinity(0)) < 2:
        raise Lacking('this machine lacks a second CPU')
    ways = make_ways(bench)
    rate = choose_rate(bench, ways['nothing'])
    seconds = bench.rounds(20, 5)
    samples = gauge.in_turn(ways, bench.rounds(10, 2), lambda way: sample(bench, way, rate, seconds))
    bench.sheet.keep(f'throttle: {rate} requests a second', samples)
    columns = ('throttled_percent', 1), ('p50_ms', 1), ('p99_ms', 1), ('per_second', 0)
    bench.sheet.table(
        f'\nA quota of one CPU of {len(os.sched_getaffinity(0))}, {rate} requests a second',
        ['', 'periods throttled, %', 'p50, ms', 'p99, ms', 'answered a second'],
        [[name, *(gauge.shown([one[what] for one in samples[name]], digits) for what, digits in columns)]
         for name in ways])
