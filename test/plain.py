#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a command as from a terminal of a plain machine, however this was started.

    plain.py COMMAND…

Signals that are ignored or blocked, the umask, closed standard streams and a low limit of open
files are inherited, and so are variables that steer shells, tools, compilers, Go and snug. The
variable IS_PLAIN tells a script, which may be started by hand too, that this has been done.
"""
import os
import re
import resource
import signal
import sys

# Variables that are dropped. What says where things are (PATH, HOME, TMPDIR, GOPROXY, GOCACHE),
# and which compiler is to be used, stays.
STEERS = re.compile('''
    SNUG(?!_LONG$|_TEST_).*             # snug
    | LD_(?!LIBRARY_PATH$).* | GLIBC_TUNABLES | MALLOC_(?!PERTURB_$).*
    | GO(MAXPROCS|MEMLIMIT|GC|DEBUG|TRACEBACK|FLAGS|OS|ARCH|AMD64|ARM64|EXPERIMENT|WORK|111MODULE)
    | CGO_.* | AUTOMEMLIMIT.*
    | BASH_ENV | ENV | SHELLOPTS | BASHOPTS | BASH_.* | CDPATH | GLOBIGNORE | POSIXLY_CORRECT
    | TIMEFORMAT | EXECIGNORE | FUNCNEST | PS4
    | LANG | LANGUAGE | LC_.* | TZ | COLUMNS | LINES | PAGER | MANPAGER | MANOPT | MAN.*WIDTH
    | GREP_.* | TAR_OPTIONS | GZIP | XZ_OPT | XZ_DEFAULTS | QUOTING_STYLE | BLOCK_?SIZE | LS_.*
    | TIME_STYLE | _POSIX2_VERSION | AWK.* | POSIX_?.*
    | MAKE.* | MFLAGS | GNUMAKEFLAGS | NINJA.* | MESON_.* | CK_.* | .*SAN_OPTIONS | VALGRIND_OPTS
    | PYTHON.* | PERL5.* | GIT_.* | NO_COLOR | TMUX.*
    | APT_CONFIG
    ''', re.VERBOSE)

LEAST_FILES = 1024


def plain_environment():
    return {name: value for name, value in os.environ.items() if not STEERS.fullmatch(name)}


def make_plain():
    """Of this process, for what it starts."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.umask(0o022)
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            os.open('/dev/null', os.O_RDWR)
            os.set_inheritable(fd, True)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < LEAST_FILES:
        enough = LEAST_FILES if hard < 0 else min(hard, LEAST_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def run_plain(command):
    make_plain()
    try:
        os.execvpe(command[0], command, {**plain_environment(), 'IS_PLAIN': '1'})
    except OSError as error:
        print(f'{command[0]}: {error.strerror}', file=sys.stderr)
        os._exit(127)


if __name__ == '__main__':
    run_plain(sys.argv[1:])
