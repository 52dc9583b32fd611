#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which system calls a start makes of its own, so that none creeps in: start_calls.py OBJECT EMPTY

Seen in a C program with scope = all, which does all that a Go program's start does but open the
window. How many files of cgroups there are, and how long mountinfo is, is the machine's; that each
is opened once, and nothing else is done, is not.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

# Whether there is /etc/snug.conf, by the call that the loader makes too; and whether the program's data
# can be read, before it is searched for Go's mark.
LOOK = {"access": 1, "faccessat": 1, "madvise": 1}
OWN_FILES = ["/proc/self/cgroup", "/proc/self/mountinfo"]
# Where a CPU is taken away, what may be done matters too; and which CPUs are near, where there may
# be several nodes. What lxcfs states is compared with what the nodes have.
PLACE_FILES = ["/proc/self/status"]
LIMIT_FILE = re.compile(r"/(cpu\.max|cpu\.cfs_\w+|memory\.(max|high|stat|limit_in_bytes)|\.)$|^/proc/meminfo$")
NODE_FILE = re.compile(r"^/sys/devices/system/node/(node\d+/(cpulist|meminfo)|has_memory|online)$")
HAS_NODES = (re.search(r"^Mems_allowed_list:\t\d+$", open("/proc/self/status").read(), re.M) is None or
             " fuse.lxcfs " in open("/proc/self/mountinfo").read())


def calls(preload, **settings):
    """Each call with its arguments, of /bin/true under the object."""
    with tempfile.NamedTemporaryFile("r") as trace:
        env = {"LD_PRELOAD": preload, **settings}
        subprocess.run(["strace", "-o", trace.name, *(f"-E{name}={value}" for name, value in env.items()),
                        "/bin/true"], check=True, env={"PATH": os.environ["PATH"]})
        return [line for line in trace.read().splitlines() if not line.startswith("+++")]


def opened_in(lines):
    found = (re.match(r'openat\(AT_FDCWD, "([^"]*)"', line) for line in lines)
    return [path[1] for path in found if path]


def own_calls(object_path, empty, **settings):
    """How many more there are than under the empty object, by name, and which files are opened."""
    ours, plain = calls(object_path, **settings), calls(empty, **settings)
    counts = collections.Counter(line.split("(")[0] for line in ours)
    counts.subtract(line.split("(")[0] for line in plain)
    usual = [object_path, *opened_in(plain)]
    return counts, [path for path in opened_in(ours) if path not in usual]


def check(label, counts, opened, files, others):
    wrong = []
    for path in opened:
        is_node = HAS_NODES and NODE_FILE.search(path)
        if path not in files and not LIMIT_FILE.search(path) and not is_node:
            wrong.append(f"opens {path}")
        if opened.count(path) > 1:
            wrong.append(f"opens {path} {opened.count(path)} times")
    for name, n in counts.items():
        # The loader maps the two objects in different ways.
        if name not in ("openat", "read", "close", "mmap", "mprotect", "munmap") and n > others.get(name, 0):
            wrong.append(f"{name}: {n}")
    # The code that decides is a segment of its own, behind a hole (hook/segments.ld).
    for name, most in ("mmap", 2), ("mprotect", 1):
        if counts[name] > most:
            wrong.append(f"{name}: {counts[name]}")
    # A file that is there is opened, read and closed; mountinfo may take more reads, and its end one.
    n_closed = counts["close"]
    if counts["openat"] > len(opened) or counts["read"] < n_closed:
        wrong.append(f"{counts.get('openat', 0)} calls of openat for {len(opened)} files")
    size = len(open("/proc/self/mountinfo").read())
    if counts["read"] > n_closed + 1 + 2 * (size // 4096):
        wrong.append(f"{counts['read']} reads of {n_closed} files")
    print(f"{label}: {sum(counts.values())} calls more than an empty object: {opened}")
    return [f"{label}: {what}" for what in sorted(set(wrong))]


def main():
    object_path, empty = map(os.path.realpath, sys.argv[1:3])
    if not shutil.which("strace"):
        print("strace is not installed")
        return 77
    if subprocess.run(["strace", "-o", "/dev/null", "/bin/true"], stderr=subprocess.DEVNULL).returncode:
        print("this machine lacks permission to trace")
        return 77
    wrong = check("left alone", *own_calls(object_path, empty), [], LOOK)
    wrong += check("in a start", *own_calls(object_path, empty, SNUG_SCOPE="all"), OWN_FILES,
                   {**LOOK, "sched_getaffinity": 1})
    if os.cpu_count() > 1 and len(os.sched_getaffinity(0)) > 1:
        wrong += check("with a CPU taken away",
                       *own_calls(object_path, empty, SNUG_SCOPE="all", SNUG_CPU_COUNT="1"),
                       OWN_FILES + PLACE_FILES, {**LOOK, "sched_getaffinity": 1, "getcpu": 1})
    print(*wrong, sep="\n")
    return bool(wrong)


sys.exit(main())
