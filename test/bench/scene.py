# SPDX-License-Identifier: LGPL-2.1-or-later
"""Surroundings that programs are measured in, for test/bench/run: cgroups of this machine, v2 or
v1, also below others, and mount namespaces with many mounts. A child goes there and measures."""
import contextlib
import ctypes
import os
import pickle
import signal
import tempfile
import time
import traceback

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
PERIOD_USEC = 100000

libc = ctypes.CDLL(None, use_errno=True)


class Lacking(Exception):
    """Why this machine cannot be measured on."""


def in_child(work):
    """What `work` returns in a process of its own, which may go where it likes."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            result = True, work()
        except Lacking as why:
            result = False, ('lacking', str(why))
        except BaseException: # pylint: disable=broad-exception-caught
            result = False, ('failed', traceback.format_exc())
        with open(writer, 'wb') as file:
            pickle.dump(result, file)
        os._exit(0)
    os.close(writer)
    try:
        with open(reader, 'rb') as file:
            data = file.read()
    except BaseException:
        os.kill(pid, signal.SIGTERM)
        raise
    finally:
        os.waitpid(pid, 0)
    is_done, result = pickle.loads(data) if data else (False, ('failed', 'the child is gone'))
    if is_done:
        return result
    raise (Lacking if result[0] == 'lacking' else RuntimeError)(result[1])


def write(path, text):
    with open(path, 'w', encoding='ascii') as file:
        file.write(str(text))


def read(path):
    with open(path, encoding='ascii', errors='replace') as file:
        return file.read()


def mounted(kind, controller=None):
    """Where cgroups are mounted: a v2 hierarchy, or the v1 one that has a controller."""
    with open('/proc/mounts', encoding='utf-8', errors='surrogateescape') as mounts:
        for line in mounts:
            fields = line.split()
            if fields[2] == kind and (not controller or controller in fields[3].split(',')):
                return fields[1]
    return None


class Group:
    """A cgroup; of `depth` levels of its own it is the lowest. By its name minder.py knows it."""

    def __init__(self, depth=1):
        name = f'{os.path.basename(tempfile.gettempdir())}-snug-{os.getpid()}'
        v2 = mounted('cgroup2')
        self.is_v2 = bool(v2) and 'cpu' in read(f'{v2}/cgroup.controllers').split()
        tops = [v2] if self.is_v2 else [mounted('cgroup', 'cpu'), mounted('cgroup', 'memory')]
        if None in tops:
            raise Lacking('this machine lacks cgroups with the controllers cpu and memory')
        self.chains = []
        for top in tops:
            paths = [f'{top}/{name}']
            paths += [paths[0] + '/a' * level for level in range(1, depth)]
            self.chains.append(paths)

    def __enter__(self):
        try:
            for paths in self.chains:
                for path in paths:
                    if self.is_v2:
                        write(f'{os.path.dirname(path)}/cgroup.subtree_control', '+cpu +memory')
                    os.mkdir(path)
            # The root of v1 hierarchies may be closed in a container: then this fails.
            self.limit(-1, None)
        except OSError as error:
            self.__exit__()
            raise Lacking(f'this machine lacks permission to make cgroups: {error}') from error
        return self

    def __exit__(self, *_):
        for paths in self.chains:
            for path in reversed(paths):
                self.remove(path)

    @staticmethod
    def remove(path):
        """A process that has just ended may hold its cgroup for a moment."""
        for _ in range(600):
            try:
                os.rmdir(path)
                return
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.1)

    def limit(self, quota_usec, memory_bytes, level=0):
        """Of the level: 0 is the highest. -1 and None mean none."""
        cpu, memory = self.chains[0][level], self.chains[-1][level]
        if self.is_v2:
            write(f'{cpu}/cpu.max', f'{"max" if quota_usec < 0 else quota_usec} {PERIOD_USEC}')
            write(f'{memory}/memory.max', memory_bytes or 'max')
        else:
            write(f'{cpu}/cpu.cfs_period_us', PERIOD_USEC)
            write(f'{cpu}/cpu.cfs_quota_us', quota_usec)
            write(f'{memory}/memory.limit_in_bytes', memory_bytes or -1)

    def enter(self):
        """This process, and what it starts."""
        for paths in self.chains:
            write(f'{paths[-1]}/cgroup.procs', os.getpid())

    def inside(self, command):
        """The command, by a shell that goes there first: where memory is short this process stays
        outside."""
        paths = ' '.join(chain[-1] for chain in self.chains)
        return ['/bin/sh', '-c', 'for path in $1; do echo $$ >"$path/cgroup.procs" || exit 125; done; '
                'shift; exec "$@"', 'sh', paths, *command]

    def cpu_stat(self):
        lines = read(f'{self.chains[0][-1]}/cpu.stat').splitlines()
        return {name: int(value) for name, value in map(str.split, lines)}


@contextlib.contextmanager
def limited(quota_usec, memory_bytes, depth=1):
    """A cgroup whose highest level is limited."""
    with Group(depth) as group:
        group.limit(quota_usec, memory_bytes)
        yield group


def checked(result):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def mount_lines(n_lines):
    """For a child: a mount namespace of its own whose mountinfo has so many lines, or as many as
    there are if there are more. Returns how many, how many bytes, and a directory to be removed."""
    directory = tempfile.mkdtemp()
    try:
        checked(libc.unshare(CLONE_NEWNS))
        checked(libc.mount(b'none', b'/', None, MS_REC | MS_PRIVATE, None))
    except OSError as error:
        os.rmdir(directory)
        raise Lacking(f'this machine lacks permission to mount: {error}') from error
    n = len(read('/proc/self/mountinfo').splitlines())
    name = directory.encode()
    for _ in range(n, n_lines):
        checked(libc.mount(name, name, None, MS_BIND, None))
    return max(n, n_lines), len(read('/proc/self/mountinfo')), directory
