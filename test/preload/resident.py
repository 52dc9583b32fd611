#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the object costs in memory in a process that it leaves alone: resident.py OBJECT

At most 80 KiB of the object may be resident, and at most one page of its variables may have
been written. The kernel maps pages around each one that is touched, by where the object lies,
so several starts are looked at.
"""
import os
import struct
import subprocess
import sys

KIB, PAGE = 1024, os.sysconf("SC_PAGE_SIZE")
MOST_BYTES, MOST_PAGES, STARTS = 80 * KIB, 1, 12


def segments(path):
    """Of each segment that is loaded: where it starts and ends in memory, whether it is written."""
    with open(path, "rb") as file:
        data = file.read(4096)
    at, = struct.unpack_from("<Q", data, 0x20)
    size, n = struct.unpack_from("<HH", data, 0x36)
    rows = (struct.unpack_from("<IIQQQQQ", data, at + i * size) for i in range(n))
    return [(row[3], row[3] + row[6], bool(row[1] & 2)) for row in rows if row[0] == 1]


def measure(pid, path):
    """Pages of the object that are resident, and pages of its variables that are there."""
    with open(f"/proc/{pid}/maps") as file:
        ours = [line for line in file if line.split()[-1] == path]
    start = int(ours[0].split("-")[0], 16)
    # What the loader writes, and then protects, is the file's; the variables begin after it.
    variables = next(int(line.split("-")[1].split()[0], 16) for line in ours if " r--p " in line)
    pages, written = set(), set()
    with open(f"/proc/{pid}/pagemap", "rb") as file:
        for low, high, is_writable in segments(path):
            for at in range(start + low // PAGE * PAGE, start + high, PAGE):
                file.seek(at // PAGE * 8)
                if struct.unpack("<Q", file.read(8))[0] >> 63:
                    pages.add(at)
                    if is_writable and at >= variables:
                        written.add(at)
    return len(pages), len(written)


def main():
    path = os.path.realpath(sys.argv[1])
    seen = []
    for _ in range(STARTS):
        child = subprocess.Popen(["cat"], env={**os.environ, "LD_PRELOAD": path},
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.stdin.write(b"It runs.\n")
        child.stdin.flush()
        child.stdout.readline()
        seen.append(measure(child.pid, path))
        child.communicate()
    resident, n_pages = max(row[0] for row in seen) * PAGE, max(row[1] for row in seen)
    if n_pages == 0:
        return "the object's variables were not found"
    print(f"resident in {STARTS} starts: at most {resident // KIB} KiB, "
          f"{n_pages} page of variables written")
    return resident > MOST_BYTES or n_pages > MOST_PAGES


sys.exit(main())
