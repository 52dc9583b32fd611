# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program about one fact of the Go runtime says, and how it ends; and what it looks at: the
programs of one release that programs.sh made.

The runner tells where they are (FACTS_PROGRAMS) and which release it is (FACTS_MINOR).
"""
import ctypes, os, re, select, signal, subprocess, sys, traceback

UNTRIED, MOVED, BROKEN = 77, 1, 2
PR_SET_PDEATHSIG = 1
ENOUGH_SECONDS = 1800

directory = os.environ.get('FACTS_PROGRAMS', '')
minor = int(os.environ.get('FACTS_MINOR', '0'))
has_moved = False


def expect(holds, way, seen):
    """Notes that the fact has moved in programs of that way, unless it `holds`."""
    global has_moved
    if not holds:
        has_moved = True
        print(f'{way}: {seen}')


def end_broken(*error):
    """A program that cannot be carried out has not found that its fact moved."""
    traceback.print_exception(*error)
    sys.stderr.flush()
    os._exit(BROKEN)


def lacks(what):
    """What has moved until then has moved."""
    print(f'machine lacks {what}')
    sys.exit(MOVED if has_moved else UNTRIED)


def finish():
    sys.exit(MOVED if has_moved else 0)


sys.excepthook = end_broken


def path_of(way):
    return os.path.join(directory, way)


def ways(*names):
    """(name, path) of the programs that there are. musl's may be missing."""
    for name in names:
        if os.path.exists(path_of(name)):
            yield name, path_of(name)
        elif name not in ('musl', 'newer'):
            sys.exit(f'there is no program {path_of(name)}')


def watcher_of(way):
    libc = 'musl' if way == 'musl' else 'glibc'
    return os.path.join(os.path.dirname(directory), libc, 'watch.so')


def shape():
    """{(structure, field): byte offset}."""
    with open(path_of('shape')) as lines:
        return {tuple(line.split()[:2]): int(line.split()[2]) for line in lines}


class Event:
    """A line of a trace: what was called, by which thread, what it was given, whether libc's
    function was seen (a mark of the watcher's) or the kernel's call."""

    CALL = re.compile(r'^(\d+) +(\w+)\((.*)')
    MARK = re.compile(r'^-1, "watch (\w+) ?([^"]*)"')

    def __init__(self, match):
        self.thread = int(match.group(1))
        self.name, self.rest = match.group(2), match.group(3)
        mark = self.MARK.match(self.rest) if self.name == 'write' else None
        self.is_mark = bool(mark)
        if mark:
            self.name = mark.group(1)
            self.words = mark.group(2).split()

    def number(self, i):
        return int(self.words[i], 0)

    def is_count(self):
        """The kernel is asked for the caller's CPUs. glibc asks too, by the thread's id."""
        return self.name == 'sched_getaffinity' and not self.is_mark and self.rest.startswith('0, ')


class Trace:
    """One run of a way's program, from its first call on."""

    def __init__(self, way):
        with open(path_of(way + '.trace')) as lines:
            matches = (Event.CALL.match(line) for line in lines)
            self.events = [Event(match) for match in matches if match]
        image = self.first(lambda event: event.is_mark and event.name == 'image')
        self.low, self.high = (image.number(0), image.number(1)) if image else (0, 0)
        self.main = self.events[0].thread if self.events else 0

    def index(self, matches):
        """Where the first such event is; past the end if there is none."""
        for i, event in enumerate(self.events):
            if matches(event):
                return i
        return len(self.events)

    def first(self, matches):
        return next((event for event in self.events if matches(event)), None)

    def is_from_program(self, event):
        return event.is_mark and self.low <= event.number(0) < self.high

    def marks(self, name):
        """Those of libc's function `name` that the program itself called."""
        return [event for event in self.events
                if event.name == name and self.is_from_program(event)]


def traces(*names):
    for way, _ in ways(*names):
        if not os.path.exists(path_of(way + '.trace')):
            lacks('permission to trace')
        yield way, Trace(way)


def start(arguments, **how):
    """A program that ends with this one, however that ends. Its output is a pipe."""
    prctl = ctypes.CDLL(None).prctl
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
                            preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL), **how)


def output_of(path, *words, **environment):
    """What the program prints, with nothing but these variables."""
    return subprocess.run([path, *words], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=ENOUGH_SECONDS).stdout


class Stopped:
    """A program that the watcher stops in the first call of a function."""

    def __init__(self, way, where, *words, **environment):
        environment.update(LD_PRELOAD=watcher_of(way), WATCH_STOP=where)
        self.child = start([path_of(way), *words], env=environment)
        os.waitpid(self.child.pid, os.WUNTRACED)
        self.memory = os.open(f'/proc/{self.child.pid}/mem', os.O_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.memory)
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()

    def go_on(self):
        os.kill(self.child.pid, signal.SIGCONT)

    def read(self, address, n_bytes):
        return os.pread(self.memory, n_bytes, address)

    def word(self, address):
        return int.from_bytes(self.read(address, 8), 'little')

    def write_word(self, address, value):
        os.pwrite(self.memory, value.to_bytes(8, 'little'), address)

    def line(self):
        """The next line of its output; '' if none comes."""
        ready = select.select([self.child.stdout], [], [], ENOUGH_SECONDS)[0]
        return self.child.stdout.readline().rstrip('\n') if ready else ''

    def base(self):
        """Where the executable's first page is mapped."""
        path = os.readlink(f'/proc/{self.child.pid}/exe')
        with open(f'/proc/{self.child.pid}/maps') as lines:
            first = next(line for line in lines if line.rstrip().endswith(path))
        return int(first.split('-')[0], 16)
