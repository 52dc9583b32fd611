# SPDX-License-Identifier: LGPL-2.1-or-later
"""From the write of a limit to the program's answer: the memory limit goes from 256 MiB to 512 and
back, the CPU limit from one CPU to two, at any time between two looks. Go's own is not seen on two
CPUs, for it shows no fewer. The program itself looks each 2 ms."""
import contextlib
import random
import subprocess
import threading
import time

import gauge
import programs
from gauge import Way
from scene import PERIOD_USEC, limited

PATIENCE_SECONDS = 30
SMALL, LARGE = (PERIOD_USEC, 256 << 20), (2 * PERIOD_USEC, 512 << 20)


class Watcher:
    """The program, whose lines a thread collects."""

    def __init__(self, way, group):
        self.lines = []
        self.program = subprocess.Popen(group.inside(way.command), stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL, env=way.environment())
        self.thread = threading.Thread(target=self.collect)
        self.thread.start()

    def collect(self):
        for line in self.program.stdout:
            self.lines.append(tuple(map(int, line.split())))

    def find(self, field, since_ns, value):
        """When it first had another value in a field than `value`, or None after a while."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            for line in list(self.lines):
                if line[2] >= since_ns and line[field] != value:
                    return line[2]
            time.sleep(0.01)
        return None

    def close(self):
        self.program.kill()
        self.program.wait()
        self.thread.join()
        self.program.stdout.close()


def answers_ms(way, field, n_rounds, interval_ms):
    """Each round's, or None: the first without an answer is the last."""
    samples = []
    with limited(*SMALL) as group, contextlib.closing(Watcher(way, group)) as watcher:
        if watcher.find(field, 0, None) is None:
            raise RuntimeError(f'{way.command[0]} says nothing')
        time.sleep(3) # The start is over, and what looks often at first has calmed down.
        for i in range(n_rounds):
            time.sleep(interval_ms / 1000 * random.random())
            limits, value = SMALL if i % 2 else LARGE, watcher.lines[-1][field]
            before_ns = time.time_ns()
            group.limit(*((limits[0], SMALL[1]) if field == 0 else (SMALL[0], limits[1])))
            answer_ns = watcher.find(field, before_ns, value)
            samples.append(answer_ns and (answer_ns - before_ns) / 1e6)
            if answer_ns is None:
                break
    return samples


def make_ways(bench):
    """Name -> the way, and how often it looks, in ms."""
    plain = programs.build(bench, 'watch', 'plain')

    def follows(**variables):
        return Way(plain, LD_PRELOAD=bench.object, SNUG_CPU_MIN='1', SNUG_FOLLOW='on', **variables)
    ways = {'nothing': (Way(plain), 1000),
            'snug, follow = on': (follows(), 5000),
            'snug, each second': (follows(SNUG_FOLLOW_INTERVAL='1'), 1000),
            'snug, each 100 ms': (follows(SNUG_FOLLOW_INTERVAL='100ms'), 100)}
    libraries = programs.sized_by(bench, 'follow', 'watch', {'automemlimit, each second': 'libraries'})
    return ways | {name: (way, 1000) for name, way in libraries.items()}


def cell(samples):
    return 'none in 30 s' if None in samples else gauge.shown(samples, 0)


def measure(bench):
    rows = []
    for name, (way, interval_ms) in make_ways(bench).items():
        cells = []
        for what, field in ('CPUs', 0), ('memory', 1):
            samples = answers_ms(way, field, bench.rounds(20, 4), interval_ms)
            bench.sheet.keep(f'follow: {what}: {name}: ms', samples)
            cells.append(cell(samples))
        rows.append([name, *cells])
    bench.sheet.table('\nms from the write of a limit to the answer', ['', 'CPUs', 'memory'], rows)
