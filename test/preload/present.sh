#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a C program sees: present.sh OBJECT VICTIM [VICTIM…]. The same program must be shown one CPU
# with scope = all and cpu.count = 1, and nothing else than without snug with scope = go.
set -eu
object=$1
shift
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

same() { # LABEL FILE FILE
    cmp -s "$2" "$3" && return
    printf '%s:\n' "$1"
    diff "$2" "$3" || :
    failures=$((failures + 1))
}

line() { # FILE NAME VALUE
    grep -qx "$2 $3" "$1" && return
    printf 'expected "%s %s", got "%s"\n' "$2" "$3" "$(grep "^$2 " "$1")"
    failures=$((failures + 1))
}

n_cpus=$(nproc)
[ "$n_cpus" -ge 2 ] || exit 77 # One CPU cannot be presented as fewer.

for victim; do
    "$victim" > "$work/plain"

    LD_PRELOAD=$object "$victim" > "$work/go" 2> "$work/go.err"
    same "$victim: scope = go" "$work/plain" "$work/go"
    SNUG=off SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$victim" > "$work/off"
    same "$victim: SNUG=off" "$work/plain" "$work/off"

    SNUG_SCOPE=all SNUG_CPU_COUNT=1 SNUG_MEMORY_LIMIT=64M SNUG_MEMORY_PRESENT=on \
        LD_PRELOAD=$object "$victim" > "$work/all" 2> "$work/all.err"
    same "$victim: standard error" /dev/null "$work/all.err"
    for name in online get_nprocs sched_getaffinity sched_getaffinity-self \
        pthread_getaffinity_np thread; do
        line "$work/all" "$name" 1
    done
    for name in sched_getaffinity-child configured get_nprocs_conf \
        sched_getaffinity-nobody descriptor errno GOMEMLIMIT; do
        line "$work/all" "$name" "$(sed -n "s/^$name //p" "$work/plain")"
    done
    line "$work/all" phys_mib 64
    line "$work/all" sysinfo_mib 64
    line "$work/all" sysinfo_parts_fit 1

    # The memory alone.
    SNUG_SCOPE=all SNUG_CPU_COUNT=1 SNUG_CPU_PRESENT=off SNUG_MEMORY_LIMIT=64M \
        SNUG_MEMORY_PRESENT=on LD_PRELOAD=$object "$victim" > "$work/memory"
    for name in online get_nprocs sched_getaffinity pthread_getaffinity_np thread; do
        line "$work/memory" "$name" "$(sed -n "s/^$name //p" "$work/plain")"
    done
    line "$work/memory" phys_mib 64

    # Nothing may take the place of a standard stream that the program started without.
    SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$victim" > "$work/closed" 0<&- 2>&-
    line "$work/closed" descriptor 0
    line "$work/closed" online 1

    # A mask of the user's own that lies outside what is presented is shown as it is.
    SNUG_SCOPE=all SNUG_CPU_COUNT=$n_cpus LD_PRELOAD=$object taskset -c 1 "$victim" > "$work/pin"
    line "$work/pin" sched_getaffinity 1
done

exit "$failures"
