#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`snug run --init` at a terminal: terminal.py SNUG WARD

The program has the terminal, its keys reach it, a job in the background leaves it alone, and
who started all this gets it back.
"""
import os
import pty
import re
import select
import signal
import sys
import time

SNUG, WARD = map(os.path.realpath, sys.argv[1:])
INIT = f'{SNUG} run --init --'
PATIENCE = 600  # Seconds: the machine may be busy.
n_failed = 0


class Terminal:
    """A session of its own on a new terminal."""

    def __init__(self, *argv):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(PS1='prompt> ', TERM='dumb')
            os.execvp(argv[0], argv)
        self.seen = ''

    def type(self, text):
        os.write(self.fd, text.encode())

    def sees(self, pattern):
        """Waits for it; what stands before it is done with."""
        end = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.seen)):
            ready, _, _ = select.select([self.fd], [], [], end - time.monotonic())
            try:
                text = os.read(self.fd, 4096) if ready else b''
            except OSError:  # All other ends are closed.
                text = b''
            if not text:
                raise AssertionError(f'no {pattern!r} in {self.seen!r}')
            self.seen += text.decode(errors='replace')
        self.seen = self.seen[match.end():]
        return match

    def status(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        raise AssertionError('it does not end')


def state(pid):
    with open(f'/proc/{pid}/stat', encoding='utf-8') as stat:
        return stat.read().rpartition(')')[2].split()[0]


def await_state(pid, expected):
    end = time.monotonic() + PATIENCE
    while state(pid) != expected:
        assert time.monotonic() < end, f'{pid} is not in state {expected}'
        time.sleep(0.01)


def the_program_reads_and_is_in_the_foreground():
    at = Terminal('sh', '-c', f'exec {INIT} sh -c \'read a; echo "got $a"; ps -o stat= $$\'')
    at.type('line\n')
    at.sees('got line')
    at.sees(r'\+')  # In the foreground, says ps.
    assert at.status() == 0


def keys_reach_the_program():
    at = Terminal('sh', '-c', f'exec {INIT} {WARD} stubborn')
    at.sees('ready')
    at.type('\x03')
    assert at.status() == 130


def input_from_elsewhere_leaves_it_the_terminal():
    at = Terminal('sh', '-c',
                  f'exec {INIT} sh -c \'read a </dev/tty; echo "got $a"\' </dev/null')
    at.type('line\n')
    at.sees('got line')
    assert at.status() == 0


def a_script_gets_the_terminal_back():
    at = Terminal('sh', '-c', f'{INIT} true; read a; echo "got $a"')
    at.type('line\n')
    at.sees('got line')
    assert at.status() == 0


def a_script_gets_it_back_also_without_standard_input():
    at = Terminal('sh', '-c', f'{INIT} true <&-; read a; echo "got $a"')
    at.type('line\n')
    at.sees('got line')
    assert at.status() == 0


def a_shell_stops_and_continues_it():
    at = Terminal('bash', '--norc', '-i')
    at.sees('prompt> ')
    at.type(f'{INIT} sh -c \'echo rea""dy; read a; echo "got $a"; exit 7\'\n')
    at.sees('ready')
    at.type('\x1a')
    at.sees('Stopped')
    at.sees('prompt> ')
    at.type('echo he""re\n')
    at.sees('here')
    at.type('fg\n')
    at.sees('fg')
    at.type('line\n')
    at.sees('got line')
    at.sees('prompt> ')
    at.type('echo status $?.\n')
    at.sees(r'status 7\.')
    at.type('exit\n')
    assert at.status() == 0


def a_job_in_the_background_leaves_the_terminal_alone():
    at = Terminal('bash', '--norc', '-i')
    at.sees('prompt> ')
    at.type(f'{INIT} sh -c \'echo rea""dy; sleep 0.3; exit 4\' &\n')
    at.sees('ready')
    at.type('echo he""re\n')
    at.sees('here')
    at.type('wait $!; echo status $?.\n')  # It may have ended and been told.
    at.sees(r'status 4\.')
    at.type('exit\n')
    assert at.status() == 0


def without_a_shell_there_is_no_stopping():
    at = Terminal('sh', '-c', f'exec {INIT} sh -c \'echo ready; read a; echo "got $a"\'')
    at.sees('ready')
    at.type('\x1a')
    time.sleep(0.3)
    at.type('line\n')
    at.sees('got line')
    assert at.status() == 0


def what_is_stopped_by_hand_stays_stopped():
    at = Terminal('sh', '-c', f'exec {INIT} sh -c \'echo "I am $$"; read a; echo "got $a"\'')
    at.sees('I am ')
    program = int(at.sees(r'(\d+)\s')[1])
    os.kill(program, signal.SIGSTOP)
    await_state(program, 'T')
    await_state(at.pid, 'S')  # It has seen that by now, and has nothing to do.
    time.sleep(0.3)
    assert state(program) == 'T'
    os.kill(program, signal.SIGCONT)
    at.type('line\n')
    at.sees('got line')
    assert at.status() == 0


def a_hangup_is_handed_on():
    at = Terminal('sh', '-c', f'exec {INIT} {WARD} signals')
    at.sees('ready .*\n')
    os.kill(at.pid, 1)
    at.sees(r'1\r')
    os.kill(at.pid, 64)
    assert at.status() == 9


for claim in (the_program_reads_and_is_in_the_foreground, keys_reach_the_program,
              input_from_elsewhere_leaves_it_the_terminal, a_script_gets_the_terminal_back,
              a_script_gets_it_back_also_without_standard_input,
              a_shell_stops_and_continues_it, a_job_in_the_background_leaves_the_terminal_alone,
              without_a_shell_there_is_no_stopping, what_is_stopped_by_hand_stays_stopped,
              a_hangup_is_handed_on):
    try:
        claim()
    except (AssertionError, OSError) as error:
        n_failed += 1
        print(f'FAILED: {claim.__name__}: {error!r}')
sys.exit(n_failed > 0)
