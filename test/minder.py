#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a command, and leaves nothing behind: minder.py COMMAND…

The command starts as plain.py says, with a TMPDIR of its own. When it ends, or when a signal asks
for the end, whatever it has started is ended, in other sessions too: orphans come here, since this
is a subreaper. Then go what was mounted in TMPDIR, TMPDIR itself, and the cgroups and the
directories in /dev/shm that a script that was killed could not remove.

apt-get and dpkg are waited for, since an installation that is cut off must be mended by hand. So is
sudo above them, which hands a signal on.
"""
import ctypes
import glob
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from plain import run_plain # pylint: disable=wrong-import-position

PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 10
INSTALLERS = {'apt-get', 'dpkg'}


def processes():
    """PID -> (parent, name), without zombies."""
    found = {}
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        try:
            with open(f'/proc/{name}/stat', 'rb') as file:
                head, _, rest = file.read().decode(errors='replace').rpartition(')')
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if state not in 'ZX':
            found[int(name)] = int(parent), head.partition('(')[2]
    return found


def descendants():
    """Those that may be ended, and whether there are installers that may not."""
    children, names = {}, {}
    for pid, (parent, name) in processes().items():
        children.setdefault(parent, []).append(pid)
        names[pid] = name

    def installs(pid):
        return names[pid] in INSTALLERS or (
            names[pid] == 'sudo' and any(map(installs, children.get(pid, []))))

    found, is_installing, stack = [], False, [os.getpid()]
    while stack:
        for pid in children.get(stack.pop(), []):
            if installs(pid):
                is_installing = True
            else:
                found.append(pid)
                stack.append(pid)
    return found, is_installing


def send(number, pids):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass
        except PermissionError: # Started with sudo.
            subprocess.run(['sudo', '-n', 'kill', f'-{number}', str(pid)], check=False,
                           stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reap():
    """The exit statuses of what has ended."""
    ended = {}
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = status
    except ChildProcessError:
        pass
    return ended


def end_all():
    """SIGTERM once, so that scripts can clean up, and SIGKILL to what is there later."""
    asked, end = set(), None
    while True:
        reap()
        pids, is_installing = descendants()
        if not pids and not is_installing:
            return
        if end is None:
            send(signal.SIGTERM, pids)
            send(signal.SIGCONT, pids)
            end = time.monotonic() + GRACE_SECONDS
        elif is_installing:
            end = time.monotonic() + GRACE_SECONDS
        elif time.monotonic() > end:
            send(signal.SIGKILL, pids)
        time.sleep(0.05)


def remove_cgroups(directory):
    """With those below it."""
    for path, _, _ in os.walk(directory, topdown=False):
        try:
            os.rmdir(path)
        except OSError:
            pass


def remove(directory):
    """And what has its name elsewhere."""
    with open('/proc/self/mounts', encoding='utf-8', errors='surrogateescape') as mounts:
        lines = [line.split() for line in mounts]
    for line in reversed(lines):
        if line[1].startswith(directory + '/'):
            subprocess.run(['umount', '-l', line[1]], check=False)
        elif line[2] in ('cgroup', 'cgroup2'):
            for path in glob.glob(f'{line[1]}/{os.path.basename(directory)}-*'):
                remove_cgroups(path)
    subprocess.run(['chmod', '-R', 'u+rwX', directory], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(['rm', '-rf', '--one-file-system', directory]
                   + glob.glob(f'/dev/shm/{os.path.basename(directory)}-*'), check=False)


def main():
    ends = {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM}
    ignored = {number for number in ends if signal.getsignal(number) == signal.SIG_IGN}
    heard = ends - ignored | {signal.SIGCHLD}
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, heard)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    # Scripts name cgroups, containers and machines for it: letters and digits, which all take.
    directory = os.path.join(os.path.realpath(tempfile.gettempdir()),
                             'snug-run-' + secrets.token_hex(4))
    os.mkdir(directory, 0o700)
    os.chmod(directory, 0o1777)
    os.environ['TMPDIR'] = directory
    child = os.fork()
    if child == 0:
        if signal.SIGHUP in ignored: # The terminal's end is not to reach what is started either.
            os.setsid()
        run_plain(sys.argv[1:])
    status, ended_by = None, None
    while status is None and ended_by is None:
        number = signal.sigwait(heard)
        if number == signal.SIGCHLD:
            status = reap().get(child)
        else:
            ended_by = number
    if ended_by is not None:
        print(f'{signal.Signals(ended_by).name}: ending what was started', file=sys.stderr)
    end_all()
    remove(directory)
    if ended_by is not None:
        signal.signal(ended_by, signal.SIG_DFL)
        os.kill(os.getpid(), ended_by)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [ended_by])
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


if __name__ == '__main__':
    sys.exit(main())
