#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs on machines that lack something, with the object and with an empty one.

    bare.py [--long] BUILD

Exit code, standard error and descriptors must be the same, and each line of the output what
it is with the empty object, or what it is with snug on a whole machine.
"""
import errno
import glob
import os
import re
import subprocess
import sys
import tempfile

from tap import finish, result, skip

BUILD = os.path.realpath(sys.argv[-1])
OBJECT = BUILD + '/lib/libsnug.so'
EMPTY = BUILD + '/test/preload/libempty.so'
FAULTS = BUILD + '/test/trust/faults'
GO = BUILD + '/go/bin/1.22.2-'


def shell(text):
    return ['/bin/sh', '-c', text + '; exec "$@"', 'sh']


def mounted(text):
    """In a mount namespace of its own."""
    return ['unshare', '-m'] + shell('set -e; ' + text)


class Run:
    def __init__(self, preload, keys, command, before=(), options=(), log_error=None):
        with tempfile.NamedTemporaryFile('r', dir=work) as report:
            done = subprocess.run(
                [FAULTS, OBJECT, report.name, *options, '--', *before,
                 '/usr/bin/env', *keys, 'LD_PRELOAD=' + preload, *command],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=3600)
            lines = report.read().splitlines()
        self.can_trace = done.returncode != 77
        self.code = done.returncode
        self.out = done.stdout.decode().splitlines()
        # A log that the user named and that cannot be opened is told, once.
        told = r'\Asnug\[\d+\]: log.file is tried anew for each line: error %s\n' % log_error
        self.err, self.n_told = re.subn(told, '', done.stderr.decode(), count=1)
        # The loader names what it cannot load.
        self.err = re.sub(r'lib(snug|empty)\.so', 'lib.so', self.err)
        self.err = re.sub(r'/\S*/lib\.so', 'lib.so', self.err)
        # Where Go dies, its stacks have addresses.
        self.err = self.err.split('\n')[0]
        self.end = sorted(set(line for line in lines if not line.startswith('call ')))
        self.n_calls = sum(line.startswith('call ') for line in lines)


def compare(found, plain, whole):
    ret = ['%s: %s, with an empty object %s' % (what, getattr(found, what), getattr(plain, what))
           for what in ('code', 'err', 'end') if getattr(found, what) != getattr(plain, what)]
    # What keeps the program from starting keeps it so with any object.
    if not found.n_calls:
        ret.append('the object made no call in it: exit code %d, %s' % (found.code, found.err))
    if len(found.out) != len(plain.out):
        ret.append('output: %s, with an empty object %s' % (found.out, plain.out))
    # Without /proc some lines are not there.
    known = plain.out + whole.out
    return ret + ['"%s", with an empty object %s, on a whole machine %s' %
                  (line, plain.out, whole.out) for line in found.out if line not in known]


def test(label, programs, keys, before=(), options=(), has_effect=None, log_error=None):
    """With `log_error` the log cannot be opened, and each Go program must say so."""
    complaints = []
    effects = 0
    for name, command in programs.items():
        plain = Run(EMPTY, keys, command, before, options)
        found = Run(OBJECT, keys, command, before, options, log_error)
        if not plain.can_trace:
            skip(label, 'machine lacks permission to trace')
            return
        complaints += ['%s: %s' % (name, one)
                       for one in compare(found, plain, whole[name])]
        if log_error is not None and found.n_told != name.startswith('Go'):
            complaints.append('%s: the log that cannot be opened is told %d times' %
                              (name, found.n_told))
        effects += found.out != plain.out
    if has_effect is not None and (effects > 0) != has_effect:
        complaints.append('programs that show an effect: %d' % effects)
    result(complaints, label)


work_directory = tempfile.TemporaryDirectory()
work = work_directory.name
# By this name minder.py knows what is left.
pages = '/dev/shm/%s-bare-%d-' % (os.path.basename(tempfile.gettempdir()), os.getpid())
programs = {name: [path] for name, path in (
    ('C', BUILD + '/test/preload/preload_victim'),
    ('Go internal', GO + 'internal'),
    ('Go external', GO + 'external'),
    ('Go pie-nocgo', GO + 'pie-nocgo'),
    ('Go musl-internal', GO + 'musl-internal'),
    ('Go musl-external', GO + 'musl-external')) if os.path.exists(path)}
if len(programs) != 6:
    result([str(programs)], 'the programs are there')
few = ['SNUG_SCOPE=all', 'SNUG_CPU_COUNT=1', 'SNUG_MEMORY_LIMIT=100M']
many = few + ['SNUG_LOG=debug', 'SNUG_LOG_FILE=%s/log' % work, 'SNUG_THREADS_WARN=1000',
              'SNUG_STATS_FILE=%s%%p' % pages, 'SNUG_CHILD_PDEATHSIG=TERM']
whole = {name: Run(OBJECT, few, command) for name, command in programs.items()}

test('a whole machine', programs, few, has_effect=True)

copies = {'C with a copy of environ': [BUILD + '/test/trust/copies']}
whole['C with a copy of environ'] = Run(EMPTY, many + ['PROBE=here'],
                                        copies['C with a copy of environ'])
test('a copy of environ', copies, many + ['PROBE=here'], has_effect=False)

can_mount = os.getuid() == 0 and subprocess.run(['unshare', '-m', 'true'],
                                                capture_output=True).returncode == 0
hide = 'mount -t tmpfs none %s'
for label, text, log_error in (
        ('no /proc', hide % '/proc', None),
        ('no /sys', hide % '/sys', None),
        ('neither /proc nor /sys', hide % '/proc' + '; ' + hide % '/sys', None),
        ('everything read-only', 'mount -o remount,bind,ro /;'
                                 'mount --bind %s %s; mount -o remount,bind,ro %s;'
                                 'mount -t tmpfs -o ro none /dev/shm' % (work, work, work),
         errno.EROFS),
        ('no space for files', 'mount -t tmpfs -o size=4k none /dev/shm;'
                               'dd if=/dev/zero of=/dev/shm/full 2>/dev/null || :', None)):
    if not can_mount:
        skip(label, 'machine lacks permission to mount')
        continue
    test(label, programs, many, before=mounted(text), log_error=log_error)

for kibibytes in (64, 128, 512, 8192):
    test('a stack of %d KiB' % kibibytes, programs, few, has_effect=True,
         before=['/usr/bin/env', '-i'] + shell('ulimit -s %d' % kibibytes))
for mebibytes in (16, 64, 512, 3000, 4000):
    test('an address space of %d MiB' % mebibytes, programs, few,
         before=shell('ulimit -v %d' % (mebibytes << 10)))
for n in (4, 5, 6, 7, 8, 16):
    test('%d descriptors' % n, programs, many, before=shell('ulimit -n %d' % n))
for n in (1, 3):
    test('files of %d KiB' % (n // 2), programs, many, before=shell('ulimit -f %d' % (n - 1)))
for streams in ('0<&-', '1>&-', '2>&-', '0<&- 1>&-', '0<&- 1>&- 2>&-'):
    test('closed: ' + streams, programs, many, before=shell('exec ' + streams))

# The loader reads /etc/ld.so.preload, so nothing needs to be in the environment.
keyless = 'scope = all\ncpu.count = 1\nmemory.limit = 100M\n'
if can_mount:
    for name, command in programs.items():
        if 'musl' in name:
            continue  # musl has no such file.
        outputs = []
        for preload in EMPTY, OBJECT:
            text = ('mkdir %s/etc; mount -t tmpfs none %s/etc; cp -a /etc/. %s/etc;'
                    'mount --bind %s/etc /etc; echo %s >/etc/ld.so.preload;'
                    'printf "%s" >/etc/snug.conf; chmod 644 /etc/snug.conf' %
                    (work, work, work, work, preload, keyless.replace('\n', '\\n')))
            done = subprocess.run(
                mounted(text.replace('mkdir', 'mkdir -p')) +
                [sys.executable, '-c', 'import os,sys; os.execve(sys.argv[1], sys.argv[1:], {})',
                 *command], stdin=subprocess.DEVNULL, capture_output=True, timeout=3600)
            outputs.append((done.returncode, done.stdout.decode().splitlines(), done.stderr))
        wanted = (0, whole[name].out, b'')
        result([] if outputs[1] == wanted else ['%s, not %s' % (outputs[1], wanted)],
               name + ': an empty environment')
else:
    skip('an empty environment', 'machine lacks permission to mount')

test('an environment of 128 KiB in one variable', programs, few + ['X=' + 'x' * 131069],
     has_effect=True)
test('an environment of 10,000 variables', programs,
     few + ['X%d=%s' % (i, 'y' * 20) for i in range(10000)], has_effect=True)
test('a start vector as a sandbox makes it, without AT_FLAGS', programs, few,
     options=['no-room'], has_effect=True)

# execvp of libc would not do it; from Linux 5.18 on the kernel adds an empty argument.
no_arguments = ('import ctypes,os,sys; libc = ctypes.CDLL(None);'
                'E = ctypes.c_char_p; e = [k.encode() for k in sys.argv[2:]];'
                'libc.execve(sys.argv[1].encode(), (E * 1)(None), (E * (len(e) + 1))(*e, None))')
for name, command in programs.items():
    found = subprocess.run([sys.executable, '-c', no_arguments, *command, *few,
                            'LD_PRELOAD=' + OBJECT], stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=3600)
    plain = subprocess.run([sys.executable, '-c', no_arguments, *command],
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=3600)
    wanted = (plain.returncode, whole[name].out, plain.stderr)
    got = (found.returncode, found.stdout.decode().splitlines(), found.stderr)
    result([] if got == wanted else ['%s, not %s' % (got, wanted)], name + ': no arguments')
finish()
for left in glob.glob(glob.escape(pages) + '*'):
    os.unlink(left)
