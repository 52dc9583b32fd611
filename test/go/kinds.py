#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds what `snug doctor --json` says of memory against the kernel and the runtime.

    kinds.py FOUND SAID PID GROUP_DIRECTORY MIB_OF_C MIB_OF_FILES

FOUND is doctor's JSON, SAID what the program kinds has printed. Prints what differs.
"""
import json
import sys

MIB = 1 << 20


def numbers(path, key=0, value=1):
    with open(path) as file:
        rows = [line.split() for line in file]
    return {row[key].rstrip(':'): int(row[value]) for row in rows
            if len(row) > value and row[value].isdigit()}


def main():
    found, said, pid, group, of_c, of_files = sys.argv[1:]
    of_c, of_files = int(of_c) * MIB, int(of_files) * MIB
    with open(found) as file:
        memory = json.load(file)['memory']
    process = memory['process']
    said = numbers(said)
    stat = numbers(group + '/memory.stat')
    status = numbers(f'/proc/{pid}/status')
    try:
        used = int(open(group + '/memory.usage_in_bytes').read())
        inactive = stat['total_inactive_file']
    except FileNotFoundError:
        used = int(open(group + '/memory.current').read())
        inactive = stat['inactive_file']

    def near(what, got, wanted, slack):
        if got is None or abs(got - wanted) > slack:
            print(f'{what}: {got}, not {wanted}, give or take {slack}')

    def between(what, got, least, most):
        if got is None or not least <= got <= most:
            print(f'{what}: {got}, not {least} to {most}')

    def percent(what, got, wanted, part=2):
        near(what, got, wanted, wanted * part // 100)

    # What the kernel says.
    percent('in use', memory['used_bytes'], used)
    percent('the sum of all kinds', sum(memory[kind + '_bytes'] or 0 for kind in (
        'anonymous', 'page_cache', 'kernel', 'socket')), memory['used_bytes'])
    percent('the working set', memory['working_set_bytes'], used - inactive)
    near('RSS', process['rss_bytes'], status['VmRSS'] << 10, MIB // 4)
    # What the program prints may go to a tmpfs, too.
    near('tmpfs', memory['shared_bytes'], of_files, MIB // 16)
    # The program and its libraries count too, if nobody else has read them.
    between('page cache', memory['page_cache_bytes'] - memory['shared_bytes'], of_files,
            of_files + 8 * MIB)

    # The process's parts, which are those of the cgroup's anonymous memory.
    percent('the sum of all parts', process['go_heap_bytes'] + process['c_heap_bytes'] +
            process['stack_bytes'] + process['other_bytes'] + memory['other_processes_bytes'],
            memory['anonymous_bytes'])
    near("C's heap", process['c_heap_bytes'], of_c, MIB)
    # Nothing that was not found is right: each thread has touched a page at least.
    between('thread stacks', process['stack_bytes'], 2 * 4096, MIB // 2)
    between('other memory', process['other_bytes'], MIB // 16, 8 * MIB)
    if process['why']:
        print('not known:', process['why'])

    # What the runtime says.
    if process['go_why']:
        print("Go's account is not known:", process['go_why'])
        return
    percent('Alloc', process['go_alloc_bytes'], said['Alloc'], 1)
    near('HeapInuse', process['go_in_use_bytes'], said['HeapInuse'], MIB // 2)
    near('StackInuse', process['go_stack_bytes'], said['StackInuse'], MIB // 4)
    near('HeapIdle', process['go_idle_bytes'] + process['go_released_bytes'], said['HeapIdle'],
         8 * MIB)
    # All that is resident was touched, and is in use or idle.
    held = process['go_in_use_bytes'] + process['go_idle_bytes'] + process['go_stack_bytes']
    near("Go's heap", process['go_heap_bytes'], held - held // 16, held // 16 + MIB)


main()
