#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lets every system call that snug makes fail, in C and in Go programs, and prints TAP.

    faults.py [--long] BUILD

A program must end as it would without snug: exit code, standard error, descriptors, the
affinity of each thread; and each line of its output must be what it is without snug, or
what it is with snug unharmed. --long has every error for each call of each program, and
random pairs.
"""
import concurrent.futures
import errno
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter

from tap import finish, result, skip

LONG = '--long' in sys.argv
BUILD = os.path.realpath(sys.argv[-1])
OBJECT = BUILD + '/lib/libsnug.so'
EMPTY = BUILD + '/test/preload/libempty.so'
FAULTS = BUILD + '/test/trust/faults'
FILTER = BUILD + '/test/preload/filter'
VICTIM = BUILD + '/test/preload/preload_victim'
ERRORS = ['EPERM', 'ENOSYS', 'ENOENT', 'EACCES', 'EINVAL', 'EMFILE', 'ENFILE', 'ENOMEM', 'EIO',
          'EINTR', 'short']
CGROUP = os.path.dirname(os.path.realpath(__file__)) + '/../cgroup.sh'
# Half of 1 GiB, less a tenth, and less a 24th of the whole: before the first look at what others
# hold, and from then on. Which of them a program sees depends on who is first.
MEASURED = {when + 'GOMEMLIMIT ' + n: when + 'GOMEMLIMIT measured' for when in ('', 'later ')
            for n in ('482344960', '492131670')}
N_PAIRS = 500
LOOKS = 10
SEED = 20
work = tempfile.TemporaryDirectory()


def fault(call, error):
    return '%d:%s' % (call, error if error == 'short' else getattr(errno, error))


class Program:
    """A program with the keys that make snug do much in it."""

    def __init__(self, label, command, keys, has_filter=False, shell=None, group=None):
        self.label = label
        self.command = command
        self.keys = keys
        self.has_filter = has_filter
        self.shell = shell
        self.group = group
        self.plain = self.run(None)
        self.whole = self.run(OBJECT)
        self.n_calls = len(self.whole['calls'])
        self.is_steady = not self.lasting(self.changes)
        self.has_effect = self.whole['out'] != self.plain['out']
        self.has_fallen_back = False  # A call that failed was seen in the output.

    def run(self, preload, faults=(), killed=None):
        report = tempfile.NamedTemporaryFile('r', dir=work.name)
        command = [FAULTS, OBJECT, report.name, *faults, '--']
        if self.group:
            command = ['bash', '-c', '. "$1"; group=$2; shift 2; cgroup_exec "$group" "$@"', 'bash',
                       CGROUP, self.group, *command]
        if killed is not None:
            command += [FILTER, 'kill', str(killed)]
        elif self.has_filter:  # For a number that is no call.
            command += [FILTER, 'allow', '9999']
        command += ['/usr/bin/env', *self.keys]
        if preload:
            command += ['LD_PRELOAD=' + preload]
        if self.shell:
            command += ['/bin/sh', '-c', self.shell, 'sh']
        command += self.command
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=3600)
        except subprocess.TimeoutExpired:
            return {'code': 'no end', 'out': [], 'err': b'', 'calls': [], 'end': []}
        if done.returncode == 77:
            skip('each call fails', 'machine lacks permission to trace')
            finish()
            sys.exit(0)
        lines = report.read().splitlines()
        open_ones = [line for line in lines if line.startswith('descriptor ')]
        masks = {line for line in lines if line.startswith('affinity')}  # Of however many threads.
        return {
            'code': done.returncode,
            'out': [MEASURED.get(line, line) for line in done.stdout.decode().splitlines()],
            'err': done.stderr,
            'calls': [tuple(line.split()[2:]) for line in lines if line.startswith('call ')],
            'end': sorted(open_ones) + sorted(masks),
        }

    def changes(self):
        """Between two runs with snug, and in what is left at the end by one. The calls of several
        threads come in any order."""
        again = self.run(OBJECT)
        before = dict(self.whole, end=self.plain['end'])
        return ['%s: %s' % (what, again[what]) for what in ('code', 'out', 'err', 'end')
                if again[what] != before[what]]

    def differences(self, found, knows_thread=True):
        """Between a run with snug and one without. Without `knows_thread` the runtime's start
        is not known, and what was set for it is not taken out of the environment again."""
        self.has_fallen_back |= found['out'] != self.whole['out']
        ret = ['%s: %s, without snug %s' % (what, found[what], self.plain[what])
               for what in ('code', 'err', 'end') if found[what] != self.plain[what]]
        if len(found['out']) != len(self.plain['out']):
            ret.append('output: %s' % found['out'])
        for line, plain, whole in zip(found['out'], self.plain['out'], self.whole['out']):
            stays = not knows_thread and line == 'C variables 1'
            if line not in (plain, whole) and not stays:
                ret.append('"%s", without snug "%s", unharmed "%s"' % (line, plain, whole))
        return ret

    def lasting(self, look):
        """What `look` finds. A failure does each time what it does. But the follower may have a file
        open, for its first look or a line of the log, in the moment in which the program ends:
        where the descriptors alone differ, it looks again."""
        for _ in range(LOOKS):
            ret = look()
            if len(ret) != 1 or not ret[0].startswith('end: '):
                break
        return ret

    def complaints(self, faults):
        failing = []
        ret = self.lasting(lambda: self.complaints_once(faults, failing))
        named = ['call %s (%s)' % pair for pair in zip(faults, failing)]
        return ['\n'.join([', '.join(named)] + ret)] if ret else []

    def complaints_once(self, faults, ret_failing):
        found = self.run(OBJECT, faults)
        # A log that the user named and that cannot be opened is told, once.
        numbers = '|'.join(one.split(':')[1] for one in faults)
        told = r'snug\[\d+\]: log.file is tried anew for each line: error (%s)\n' % numbers
        found['err'] = re.sub(told.encode(), b'', found['err'], count=1)
        calls = dict(enumerate(found['calls'], 1))
        ret_failing[:] = [calls.get(int(one.split(':')[0]), ['none'])[0] for one in faults]
        return self.differences(found, not {'getpid', 'gettid'} & set(ret_failing))

    def complaints_if_killed(self, call):
        """None if the program cannot live without that call."""
        name, number = call
        if self.run(None, killed=number)['code'] != 0:
            return None
        ret = self.lasting(lambda: self.differences(self.run(OBJECT, killed=number)))
        return ['\n'.join(['a filter that kills for ' + name] + ret)] if ret else []


def measured_row(go, newest):
    """A target that is what others leave, with a policy file that is looked at again and one that
    could announce a limit. All looks but the first come when the program has ended."""
    policy = work.name + '/measured'
    announced = work.name + '/announced'
    with open(policy, 'w') as file:
        file.write('follow.interval = 1000\n')
    with open(announced, 'w') as file:
        file.write('none\n')
    os.chmod(policy, 0o644)
    keys = ['SNUG_POLICY=' + policy, 'SNUG_FOLLOW_ANNOUNCE=' + announced,
            'SNUG_MEMORY_HEADROOM=measured', 'SNUG_MEMORY_SHARE=50%',
            'SNUG_FOLLOW_INTERVAL=1000', 'SNUG_LOG=info', 'SNUG_LOG_FILE=%s/log' % work.name]
    return ('Go %s, measured' % newest.replace('-', ' '), [go + newest, '-after=20ms'], keys,
            {'group': group})


def programs():
    """What the machine has of them; each row makes snug take another way."""
    policy = work.name + '/policy'
    with open(policy, 'w') as file:
        file.write('cpu.count = 1\nmemory.limit = 100M\n[program *]\nthreads.warn = 1000\n')
    os.chmod(policy, 0o644)
    scope_all = ['SNUG_SCOPE=all', 'SNUG_CPU_COUNT=1', 'SNUG_MEMORY_LIMIT=64M',
                 'SNUG_MEMORY_PRESENT=on']
    much = ['SNUG_POLICY=' + policy, 'SNUG_LOG=debug', 'SNUG_LOG_FILE=%s/log' % work.name,
            'SNUG_CHILD_PDEATHSIG=TERM', 'SNUG_SPAN_ALIGN=2M',
            # No look while the program counts its descriptors: one has a file open.
            'SNUG_FOLLOW=on', 'SNUG_FOLLOW_INTERVAL=1000', 'SNUG_PRCTL_THP=own', 'SNUG_SECCOMP_GUARD=audit']
    # No log, for then all is given up that needs rare calls.
    heap = ['SNUG_CPU_COUNT=1', 'SNUG_NUMA_PLACE=local', 'SNUG_NUMA_CONFINE=on',
            'SNUG_SPAN_HUGE=auto', 'SNUG_PRCTL_THP=own', 'SNUG_SPAN_NAME=on']
    if os.path.ismount('/dev/shm'):
        much += ['SNUG_STATS_FILE=%s/%%p' % shared]
    go = BUILD + '/go/bin/'
    newest = max((name for name in os.listdir(go) if re.fullmatch(r'1[0-9.]*-internal', name)),
                 key=lambda name: [int(part) for part in name.split('-')[0].split('.')])
    rows = [
        ('C', [VICTIM], [], {}),
        ('C with scope = all', [VICTIM], scope_all, {}),
        ('C with two standard streams closed', [VICTIM], scope_all + much[1:],
         {'shell': 'exec "$@" <&- 2>&-'}),
        ('Go 1.22 internal', [go + '1.22.2-internal'], ['SNUG_CPU_COUNT=1'], {}),
        ('Go 1.22 external', [go + '1.22.2-external'], much, {}),
        ('Go 1.22 musl-external', [go + '1.22.2-musl-external'], much, {}),
        ('Go 1.22 musl-internal', [go + '1.22.2-musl-internal'], much, {}),
        ('Go 1.22 pie-nocgo', [go + '1.22.2-pie-nocgo'], much, {}),
        ('Go ' + newest.replace('-', ' '), [go + newest], much, {}),
    ]
    if group:
        rows.append(measured_row(go, newest))
    below = {'has_filter': True}
    rows += [
        ('C below a filter', [VICTIM], scope_all + much, below),
        ('Go 1.22 internal below a filter', [go + '1.22.2-internal'], much, below),
        ('Go 1.22 musl-external below a filter', [go + '1.22.2-musl-external'], much, below),
        ('Go 1.22 internal with keys of the heap below a filter', [go + '1.22.2-internal'], heap,
         below),
    ]
    for label, command, _, _ in rows:
        if not os.path.exists(command[0]):
            result(['there is no ' + command[0]], label)
    return [Program(label, command, keys, **more) for label, command, keys, more in rows
            if os.path.exists(command[0])]


def test_found(program, preload_names):
    """strace finds no call more than the instruction's place does: the difference to an object
    that is empty."""
    counts = []
    for preload in EMPTY, OBJECT:
        trace = tempfile.NamedTemporaryFile('r', dir=work.name)
        options = [word for key in program.keys + ['LD_PRELOAD=' + preload]
                   for word in ('-E', key)]
        subprocess.run(['strace', '-f', '-qq', '-o', trace.name, *options, *program.command],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True)
        counts.append(Counter(re.findall(r'^\d+ +(\w+)\(', trace.read(), re.M)))
    ours = Counter(name for name, _ in program.whole['calls'])
    complaints = ['%s: strace finds %d more, the tracer %d' % (name, more, ours[name])
                  for name in preload_names
                  for more in [counts[1][name] - counts[0][name]] if more != ours[name]]
    result(complaints, program.label + ': strace finds the same calls')


def test_singles(pool, program, errors):
    jobs = [[fault(call, error)] for call in range(1, program.n_calls + 1)
            for error in errors(call)]
    complaints = sum(pool.map(program.complaints, jobs), [])
    if not program.is_steady or program.whole['code'] != 0 or not program.n_calls:
        complaints.insert(0, 'unharmed it is not steady: %s' % program.whole)
    if program.has_effect != bool(program.keys):
        complaints.insert(0, 'unharmed it shows no effect')
    if program.label.startswith('Go') and not program.has_fallen_back:
        complaints.insert(0, 'no failure is seen in the output')
    result(complaints, '%s: %d calls, %d times one fails' %
           (program.label, program.n_calls, len(jobs)))


def test_pairs(pool, program, n):
    source = random.Random(SEED)
    jobs = [[fault(call, source.choice(ERRORS))
             for call in sorted(source.sample(range(1, program.n_calls + 1), 2))]
            for _ in range(n)]
    complaints = sum(pool.map(program.complaints, jobs), [])
    result(complaints, '%s: %d times two calls fail' % (program.label, n))


def without_follow(program):
    """With two failures the follower often has a reason to log, at the moment in which the Go
    program opens its own files: their numbers are then one higher, as libsnug(7) says."""
    keys = [key for key in program.keys if not key.startswith('SNUG_FOLLOW')]
    return Program(program.label, program.command, keys, program.has_filter, program.shell,
                   program.group)


def test_kills(pool, program):
    """Each call that snug makes, and that the program can do without. Of getpid libsnug(7) says
    that it must be allowed; a Go program makes nanosleep in its second moment, and sched_yield
    at times."""
    needed = ['getpid', 'nanosleep'] + ['sched_yield'] * program.label.startswith('Go')
    calls = sorted(set(call for call in program.whole['calls'] if call[0] not in needed))
    found = [one for one in pool.map(program.complaints_if_killed, calls) if one is not None]
    result(sum(found, []), '%s: %d filters kill for one of %d calls' %
           (program.label, len(found), len(calls)))


def open_group():
    """A cgroup with 1 GiB; empty if none may be made. By its name minder.py knows it."""
    return subprocess.run(['bash', '-c', '. "$1" && group=$(cgroup_open) && cgroup_limit "$group" '
                           '400000 $((1 << 30)) && echo "$group"', 'bash', CGROUP],
                          stdout=subprocess.PIPE, check=False).stdout.decode().strip()


group = open_group()
# By its name minder.py knows it.
with tempfile.TemporaryDirectory(dir='/dev/shm' if os.path.ismount('/dev/shm') else None,
                                 prefix=os.path.basename(tempfile.gettempdir()) + '-') as shared:
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = programs()
        # Calls that neither libc nor Go makes by chance, now more, now less; a Go program reads
        # what wakes its threads.
        steady = ['openat', 'close', 'readlinkat', 'sched_getaffinity', 'getcpu', 'fstatfs',
                  'sched_setaffinity', 'newfstatat', 'getppid', 'unlinkat']
        for row in rows:
            if row.label in ('C', 'C with scope = all', 'Go 1.22 internal', 'Go 1.22 external'):
                test_found(row, steady + ['read', 'write'] * row.label.startswith('C'))
        for number, row in enumerate(rows):
            # In short, three rows whole; of the others each call fails in one way.
            is_whole = LONG or row.label in ('C with scope = all', 'Go 1.22 external',
                                             'Go 1.22 musl-internal')
            test_singles(pool, row, (lambda call: ERRORS) if is_whole else
                         (lambda call, n=number: [ERRORS[(call + n) % len(ERRORS)]]))
        for row in rows:
            if row.has_filter:
                test_kills(pool, row)
        for row in [row for row in rows if LONG and row.n_calls > 1]:
            test_pairs(pool, without_follow(row), N_PAIRS)
if group:
    subprocess.run(['bash', '-c', '. "$1"; cgroup_close "$2"', 'bash', CGROUP, group], check=True)
finish()
work.cleanup()
