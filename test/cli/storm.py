#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts a program many times, eight at a time, and sends signals while it starts:

    storm.py STARTS COMMAND…

The command ends in `counter wait`: see counter.c. Signals may come before it runs, but never may it
count all CPUs, be traced afterwards, hang, or leave a process behind.
"""
import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time

STARTS, COMMAND = int(sys.argv[1]), sys.argv[2:]
CPUS = len(os.sched_getaffinity(0))
SAYS = re.compile(rf'(GOMAXPROCS=1\n)?children none\ncounted 1, then {CPUS}\nTracerPid:\t0\n')
PR_SET_CHILD_SUBREAPER = 36
AT_ONCE = 8
WINDOW = 0.010  # Seconds.
problems = []


def say(process):
    """What the program says, as far as it comes to that."""
    lines = []
    for line in process.stdout:
        lines.append(line.decode())
        if line.startswith(b'TracerPid'):
            break
    return ''.join(lines)


def has_ended_by(status, number):
    """Whether it has, or an init says so."""
    return status in (-number, 128 + number)


def end(process, number, send=os.kill):
    send(process.pid, number)
    said = say(process)
    if said and not SAYS.fullmatch(said):
        return f'signal {number}: says {said!r}'
    status = process.wait()
    if not has_ended_by(status, number):
        return f'signal {number}: status {status}, says {said!r}'
    return None


def go_on(process):
    """After signals that end nothing it says all there is to say."""
    said = say(process)
    return None if SAYS.fullmatch(said) else f'says {said!r}'


def stop(process):
    os.kill(process.pid, signal.SIGSTOP)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        return f'SIGSTOP: status {status}'
    os.kill(process.pid, signal.SIGCONT)
    return go_on(process) or end(process, signal.SIGTERM)


def stop_group(process):
    os.killpg(process.pid, signal.SIGSTOP)
    os.killpg(process.pid, signal.SIGCONT)
    return go_on(process) or end(process, signal.SIGTERM)


def annoy(process):
    for number in (signal.SIGCHLD, signal.SIGWINCH, signal.SIGCONT) * 3:
        os.kill(process.pid, number)
    return go_on(process) or end(process, signal.SIGTERM)


WAYS = [
    lambda process: end(process, signal.SIGTERM),
    lambda process: end(process, signal.SIGTERM, os.killpg),
    lambda process: go_on(process) or end(process, signal.SIGTERM),
    stop,
    stop_group,
    annoy,
]


def give_up(process):
    """Ends what does not behave; it may have ended."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def end_children():
    """Those of a program that does not behave, which have come to this process."""
    with open('/proc/self/task/%d/children' % os.getpid(), encoding='ascii') as children:
        for pid in children.read().split():
            os.kill(int(pid), signal.SIGKILL)


def run(numbers):
    for i in numbers:
        process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE,
                                   start_new_session=True)
        time.sleep(WINDOW * (i % 97) / 97)
        problem = WAYS[i % len(WAYS)](process)
        process.stdout.close()
        if problem:
            problems.append(f'start {i}: {problem}')
            give_up(process)


# Who traced a program that was killed meanwhile becomes a child of this one.
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
threads = [threading.Thread(target=run, args=(range(n, STARTS, AT_ONCE),))
           for n in range(AT_ONCE)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
while True:
    try:
        if problems:
            end_children()
        os.wait()
    except ChildProcessError:
        break
print('\n'.join(problems[:20]) or f'{STARTS} starts are well')
sys.exit(bool(problems))
