#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fact: when the first thread is made, the runtime has copies of all entries in the heap that it
mapped in multiples of 4 MiB, and an array of their addresses and lengths, in order; words of the
heap lead to it from the stack of who makes the thread, without a hole of 64 KiB between. What is
cut out of the array then is not in the program's environment.
Relied on by: lib/apply/inheritance.c
"""
import struct

from fact import Stopped, expect, finish, ways

WORD, STACK_WORDS, HOLE_WORDS, CHUNK, GONE = 8, 160, (64 << 10) // 8, 4 << 20, 'FACT_GONE=1'


def heaps(process):
    """Writable memory that begins at a multiple of a chunk, as one piece where pieces touch."""
    ret = []
    with open(f'/proc/{process.child.pid}/maps') as lines:
        for line in lines:
            low, high = (int(part, 16) for part in line.split()[0].split('-'))
            if not line.split()[1].startswith('rw'):
                continue
            if ret and ret[-1][1] == low:
                ret[-1] = (ret[-1][0], high)
            elif low % CHUNK == 0:
                ret.append((low, high))
    return [heap for heap in ret if (heap[1] - heap[0]) % CHUNK == 0]


def entries_of(process):
    with open(f'/proc/{process.child.pid}/environ', 'rb') as file:
        return file.read().split(b'\0')[:-1]


def array_in(process, low, high, entries):
    """The address of the array, 0 if there is none; and the heap's words."""
    memory = process.read(low, high - low)
    words = struct.unpack(f'<{len(memory) // WORD}Q', memory)
    for i in range(len(words) - 2 * len(entries)):
        pairs = [(words[i + 2 * n], words[i + 2 * n + 1]) for n in range(len(entries))]
        if pairs[0][1] == len(entries[0]) and all(
                n == len(entry) and low <= at and memory[at - low:at - low + n] == entry
                for (at, n), entry in zip(pairs, entries)):
            return low + i * WORD, words
    return 0, words


def is_reached(words, start, goal):
    """From a word of the heap to another, up or down, without a hole."""
    for step in (1, -1):
        empty, i = 0, start
        while 0 <= i < len(words) and empty < HOLE_WORDS:
            if i == goal:
                return True
            empty = 0 if words[i] else empty + 1
            i += step
    return False


def stack_pointer(process):
    """Of the thread in the watcher, below the frame that called it."""
    with open(f'/proc/{process.child.pid}/syscall') as file:
        return int(file.read().split()[-2], 16)


for way, _ in ways('internal', 'external', 'pie', 'musl'):
    with Stopped(way, 'pthread_create', 'entries', FACT_FIRST='x' * 300, FACT_GONE='1',
                 FACT_LAST='') as process:
        entries = entries_of(process)
        found = [(array_in(process, low, high, entries), low, high) for low, high in heaps(process)]
        found = [((at, words), low, high) for (at, words), low, high in found if at]
        if len(found) != 1:
            expect(False, way, f'{len(found)} arrays with all {len(entries)} entries')
            continue
        (array, words), low, high = found[0]
        # The watcher's own frames are the first of them. The stack may end before the last.
        stack = process.read(stack_pointer(process), 2 * STACK_WORDS * WORD)
        words_there = struct.unpack(f'<{len(stack) // WORD}Q', stack[:len(stack) // WORD * WORD])
        starts = [(word - low) // WORD for word in words_there if low <= word < high]
        expect(any(is_reached(words, start, (array - low) // WORD) for start in starts), way,
               f'{len(starts)} words on the stack lie in the heap, and none leads to the array')
        process.write_word(array + 2 * WORD * entries.index(GONE.encode()) + WORD, 0)
        process.go_on()
        shown = []
        while not shown or shown[-1] not in ('end', ''):
            shown.append(process.line())
        wanted = [entry.decode() for entry in entries if entry != GONE.encode()] + ['end']
        expect(shown == wanted, way, f'the program has {shown}')
finish()
