#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Closes the gap in a linked object: pack.py OBJECT PACKED

What is protected after relocation has to end with a page, so the linker leaves a gap before it
and puts what is never loaded, section headers and their names, behind. Here that moves into the
gap. Nothing that is loaded changes.
"""
import os
import struct
import sys

LOAD, NOTHING_IN_FILE, ALLOCATED = 1, (0, 8), 2


def pack(data):
    """The packed bytes, or the same if they do not fit."""
    headers_at, = struct.unpack_from("<Q", data, 0x28)
    size, n = struct.unpack_from("<HH", data, 0x3A)
    segments_at, = struct.unpack_from("<Q", data, 0x20)
    segment_size, n_segments = struct.unpack_from("<HH", data, 0x36)
    loads = []
    for i in range(n_segments):
        at = segments_at + i * segment_size
        if struct.unpack_from("<I", data, at)[0] == LOAD:
            offset, = struct.unpack_from("<Q", data, at + 8)
            loads.append((offset, offset + struct.unpack_from("<Q", data, at + 32)[0]))
    (_, free), (gap_end, end) = sorted(loads)[-2:]

    packed = bytearray(data[:end])
    headers = bytearray(data[headers_at:headers_at + n * size])
    for at in range(0, n * size, size):
        kind, flags = struct.unpack_from("<IQ", headers, at + 4)
        offset, length = struct.unpack_from("<QQ", headers, at + 24)
        if kind in NOTHING_IN_FILE or flags & ALLOCATED:
            continue
        packed[free:free + length] = data[offset:offset + length]
        struct.pack_into("<Q", headers, at + 24, free)
        free += length
    free = (free + 7) // 8 * 8
    if free + len(headers) > gap_end:
        return data
    packed[free:free + len(headers)] = headers
    struct.pack_into("<Q", packed, 0x28, free)
    return packed[:end]


with open(sys.argv[1], "rb") as linked, open(sys.argv[2], "wb") as out:
    out.write(pack(linked.read()))
os.chmod(sys.argv[2], 0o755)
