#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a virtual machine and prints what comes over its serial line, without carriage returns:

    serial.py SECONDS SILENT_SECONDS COMMAND…

The machine has SECONDS in all. One that says nothing for SILENT_SECONDS stands still: the emulator
has been seen to do so, whatever ran in it. Either way what the emulator's threads did in the last
two seconds is printed as comments, and it is ended. Exits with 75 for a machine that stood still,
124 for one that took too long, else like COMMAND.
"""
import os
import select
import signal
import subprocess
import sys
import time

STOOD_STILL, TOOK_TOO_LONG = 75, 124


def thread_times(pid):
    """Thread -> (name, state, seconds of CPU time)."""
    times = {}
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/stat', encoding='ascii', errors='replace') as file:
            head, _, rest = file.read().rpartition(')')
        fields = rest.split()
        ticks = int(fields[11]) + int(fields[12])
        times[thread] = head.partition('(')[2], fields[0], ticks / os.sysconf('SC_CLK_TCK')
    return times


def report_threads(pid):
    before = thread_times(pid)
    time.sleep(2)
    for thread, (name, state, seconds) in sorted(thread_times(pid).items()):
        spent = seconds - before.get(thread, (name, state, 0))[2]
        print(f'# emulator: {name} is {state}, {seconds:.1f} s of CPU time, {spent:.1f} of 2 now')


def forward(machine, end, silent_seconds):
    """Until the machine ends; why it must be ended otherwise."""
    while True:
        now = time.monotonic()
        if now > end:
            return TOOK_TOO_LONG
        ready, _, _ = select.select([machine.stdout], [], [], min(end - now + 1, silent_seconds))
        if ready:
            data = os.read(machine.stdout.fileno(), 65536)
            if not data:
                return None
            sys.stdout.buffer.write(data.replace(b'\r', b''))
            sys.stdout.flush()
        elif time.monotonic() - now >= silent_seconds:
            return STOOD_STILL


def main():
    seconds, silent_seconds = int(sys.argv[1]), int(sys.argv[2])
    end = time.monotonic() + seconds
    with subprocess.Popen(sys.argv[3:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as machine:
        def give_up(number, _):
            machine.kill()
            sys.exit(128 + number)
        for number in signal.SIGHUP, signal.SIGINT, signal.SIGTERM:
            signal.signal(number, give_up)
        failure = forward(machine, end, silent_seconds)
        if failure is None:
            return machine.wait()
        print('\n# the machine ' + {
            STOOD_STILL: f'said nothing for {silent_seconds} s',
            TOOK_TOO_LONG: f'is not through after {seconds} s'}[failure])
        report_threads(machine.pid)
        machine.kill()
        return failure


if __name__ == '__main__':
    sys.exit(main())
