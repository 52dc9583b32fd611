# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts and times of programs, for test/bench/run: system calls by strace, instructions by
callgrind, wall time of starts in turn."""
import os
import re
import statistics
import subprocess
import tempfile
import time

# What differs from run to run, since threads do: waiting, signals, thread creation, the heap's
# advice.
VARIES = re.compile(r'^(futex|rt_sig\w+|sigaltstack|clone3?|madvise|nanosleep|sched_yield|tgkill'
                    r'|gettid|restart_syscall)\(|^[-+]{3}')
# What a start costs depends on how many variables there are, so those measured have few.
BASE = {name: os.environ[name] for name in ('PATH', 'HOME', 'TMPDIR') if name in os.environ}
QUIET = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)]


class Way:
    """A program with the variables that it is started with."""

    def __init__(self, *command, **variables):
        self.command = list(command)
        self.variables = {name: str(value) for name, value in variables.items()}

    def environment(self, **more):
        return {**BASE, **self.variables, **more}


def count_calls(way, rounds):
    """The calls of the first thread but those that vary; each of `rounds` runs."""
    counts = []
    for _ in range(rounds):
        with tempfile.NamedTemporaryFile('r', errors='replace') as trace:
            variables = [f'-E{name}={value}' for name, value in way.variables.items()]
            subprocess.run(['strace', '-o', trace.name, *variables, *way.command], check=True, env=BASE,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            counts.append(sum(not VARIES.match(line) for line in trace))
    return counts


def count_instructions(way, rounds):
    """Of the whole process in user space; each of `rounds` runs. Valgrind does not stand the
    signals by which the Go runtime preempts."""
    counts = []
    for _ in range(rounds):
        done = subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null',
                               *way.command], check=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              errors='replace', env=way.environment(GODEBUG='asyncpreemptoff=1'))
        counts.append(int(re.search(r'Collected : (\d+)$', done.stderr, re.MULTILINE)[1]))
    return counts


def took_ms(way):
    environment = way.environment()
    before = time.perf_counter_ns()
    pid = os.posix_spawn(way.command[0], way.command, environment, file_actions=QUIET)
    _, status = os.waitpid(pid, 0)
    took = (time.perf_counter_ns() - before) / 1e6
    if status:
        raise RuntimeError(f'{way.command[0]}: wait status {status}')
    return took


def in_turn(ways, rounds, sample):
    """Name -> `rounds` samples. Who is first changes, so that it favours nobody."""
    samples = {name: [] for name in ways}
    names = list(ways)
    for _ in range(rounds):
        for name in names:
            samples[name].append(sample(ways[name]))
        names.append(names.pop(0))
    return samples


def spread(samples):
    """The median, and between which values the middle half lies."""
    if len(samples) < 2:
        return samples[0], samples[0], samples[0]
    low, middle, high = statistics.quantiles(samples, n=4, method='inclusive')
    return middle, low, high


def ratios(samples, base):
    """Round by round."""
    return [sample / other for sample, other in zip(samples, base)]


def shown(samples, digits=2):
    middle, low, high = spread(samples)
    return f'{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})'
