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


def load_end(path):
    """How far the last segment reaches in memory, from the object's start."""
    with open(path, "rb") as file:
        data = file.read(4096)
    at, = struct.unpack_from("<Q", data, 0x20)
    size, n = struct.unpack_from("<HH", data, 0x36)
    segments = (data[at + i * size:at + (i + 1) * size] for i in range(n))
    loads = [struct.unpack_from("<IIQQQQQ", segment) for segment in segments]
    return max(load[3] + load[6] for load in loads if load[0] == 1)


def measure(pid, path):
    """Bytes of the object that are resident, and pages of its variables that are there."""
    with open(f"/proc/{pid}/smaps") as file:
        lines = file.read().splitlines()
    start = end = None
    resident, is_ours = 0, False
    for line in lines:
        words = line.split()
        if "-" in words[0] and not words[0].endswith(":"):
            low, high = (int(word, 16) for word in words[0].split("-"))
            is_ours = words[-1] == path
            if is_ours:
                start = low if start is None else start
                end = high
        elif is_ours and words[0] == "Rss:":
            resident += int(words[1]) * KIB
    n_pages = 0
    with open(f"/proc/{pid}/pagemap", "rb") as file:
        for at in range(end, start + load_end(path), PAGE):
            file.seek(at // PAGE * 8)
            n_pages += struct.unpack("<Q", file.read(8))[0] >> 63
    return resident + n_pages * PAGE, n_pages


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
    resident, n_pages = max(row[0] for row in seen), max(row[1] for row in seen)
    if n_pages == 0:
        return "the object's variables were not found"
    print(f"resident in {STARTS} starts: at most {resident // KIB} KiB, "
          f"{n_pages} page of variables written")
    return resident > MOST_BYTES or n_pages > MOST_PAGES


sys.exit(main())
