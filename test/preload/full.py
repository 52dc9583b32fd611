#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A line for a pipe that another writer fills just before it: full.py OBJECT.

A tracer stops `true` where it is about to write to standard error, whatever has been asked for
before, fills the pipe, or the socket, and lets it go on. It may not wait there. Where there is
room the line is written.
"""
import ctypes
import os
import signal
import socket
import struct
import sys

TRACEME, CONT, SYSCALL, SETOPTIONS, GET_SYSCALL_INFO = 0, 7, 24, 0x4200, 0x420e
SYSGOOD, EXITKILL = 1, 0x100000
AT_CALL = signal.SIGTRAP | 0x80
ENTRY = 1
WRITERS = {'x86_64': {1, 20, 44, 328}, 'aarch64': {64, 66, 206, 287}}[os.uname().machine]
NOWAIT = 8

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def make_ends(kind):
    if kind == 'pipe':
        return os.pipe()
    return [end.detach() for end in socket.socketpair()]


def fill(end):
    """By another open file, so that the program's stays one that waits."""
    os.set_blocking(end, False)
    try:
        while True:
            os.write(end, b'x')
    except BlockingIOError:
        pass
    os.set_blocking(end, True)


def writes(process):
    """Whether it is about to write to descriptor 2."""
    info = ctypes.create_string_buffer(88)
    n = libc.ptrace(GET_SYSCALL_INFO, process, len(info), ctypes.addressof(info))
    if n < 40 or info.raw[0] != ENTRY:
        return False
    number, first = struct.unpack_from('QQ', info.raw, 24)
    return number in WRITERS and first & 0xffffffff == 2


def is_asleep(process):
    with open(f'/proc/{process}/stat', encoding='ascii') as stat:
        return stat.read().rpartition(')')[2].split()[0] == 'S'


def run(kind, is_full, environment):
    """Returns what is amiss."""
    reader, writer = make_ends(kind)
    process = os.fork()
    if process == 0:
        os.dup2(writer, 2)
        libc.ptrace(TRACEME, 0, None, None)
        os.execvpe('true', ['true'], environment)
    os.waitpid(process, 0)
    libc.ptrace(SETOPTIONS, process, None, SYSGOOD | EXITKILL)
    n_writes, passed = 0, 0
    while True:
        libc.ptrace(SYSCALL, process, None, passed)
        found, status = os.waitpid(process, os.WNOHANG)
        while not found:
            # What sleeps while its pipe is full, and nobody else does anything, sleeps for ever.
            if n_writes and is_full and is_asleep(process):
                found, status = os.waitpid(process, os.WNOHANG)
                if not found:
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)
                    return 'it waits for room'
            else:
                found, status = os.waitpid(process, os.WNOHANG)
        if not os.WIFSTOPPED(status):
            break
        passed = os.WSTOPSIG(status)
        if passed == AT_CALL:
            passed = 0
            if writes(process):
                n_writes += 1
                if is_full:
                    fill(writer)
    os.close(writer)
    with os.fdopen(reader, 'rb') as rest:
        text = rest.read()
    if status:
        return f'status {status}'
    if not n_writes:
        return 'it writes nothing'
    return None if (b'snug[' in text) != is_full else f'it has written {text[-80:]!r}'


def can_be_asked(kind):
    """Linux 6.4 and newer."""
    ends = make_ends(kind)
    try:
        os.pwritev(ends[1], [b'x'], -1, NOWAIT)
    except OSError:
        return False
    return True


def main():
    environment = dict(os.environ, LD_PRELOAD=sys.argv[1], SNUG_SCOPE='all', SNUG_LOG='info',
                       SNUG_POLICY='/dev/null')
    n_amiss = 0
    for kind in 'pipe', 'socket':
        if not can_be_asked(kind):
            print(f'machine lacks a way to write to a {kind} without waiting')
            return 77
        for is_full in True, False:
            amiss = run(kind, is_full, environment)
            if amiss:
                print(f'{kind}, {"full" if is_full else "with room"}: {amiss}')
                n_amiss += 1
    return n_amiss


sys.exit(main())
