#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Several programs under one limit, with memory.headroom = measured: several.sh OBJECT TIDE. Two Go
# programs, each of which would take all of it, live, also while the limit itself changes; so does one
# beside a C program that grows and shrinks, and beside a tmpfs that does. Beside page cache its target
# stays; SNUG_TEST_DISK names a block device to read, else a file is written. What is looked at is who
# collects, and who is alive at the end. With SNUG_LONG set, four too, and more often.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1 tide=$2
. "$here/../limited.sh"
build_resize
read -r _ limit <<<"$(cgroup_files "$group")"
mib() { echo $(($1 << 20)); }
collections=5 rounds=1 gogc=400
[ -z "${SNUG_LONG-}" ] || collections=100 rounds=3

fail() { # TEXT; the others would wait for what does not come
    echo "$label: $1"
    tail -n 3 "$work"/out.*
    exit 1
}

# Each allocates all the time, keeps LIVE MiB, and says by gctrace whenever it has collected.
start() { # LIVE ARGUMENT…
    local n=${#running[@]}
    : >"$work/out.$n"
    cgroup_exec "$group" env LD_PRELOAD="$object" SNUG_MEMORY_HEADROOM=measured GOGC=$gogc \
        GODEBUG=gctrace=1 SNUG_FOLLOW_INTERVAL=100ms \
        "$work/resize" -for 1h -goroutines 1 -pause 100us -live "$@" >"$work/out.$n" 2>&1 &
    running+=($!)
}

# All of them go on collecting.
go_on() {
    local n from
    echo "$label" # What it was at, if it is ended.
    for n in "${!running[@]}"; do
        from=$(grep -c '^gc ' "$work/out.$n" || :)
        until [ "$(grep -c '^gc ' "$work/out.$n" || :)" -ge $((from + collections)) ]; do
            kill -0 "${running[n]}" 2>/dev/null || fail "program $n has ended"
            sleep 0.1
        done
    done
}

# How often the thread named snug has slept.
n_sleeps() {
    local status
    status=$(grep -lx snug /proc/"${running[0]}"/task/*/comm 2>/dev/null) || { echo 0 && return; }
    sed -n 's/^voluntary_ctxt_switches:\t//p' "${status%comm}status"
}

# The first one looks, and collects by what it has seen.
see() {
    local looks=$(($(n_sleeps) + 3)) collected
    until [ "$(n_sleeps)" -ge $looks ]; do
        kill -0 "${running[0]}" 2>/dev/null || fail 'it has ended'
        sleep 0.02
    done
    collected=$(($(grep -c '^gc ' "$work/out.0") + 2))
    until [ "$(grep -c '^gc ' "$work/out.0")" -ge $collected ]; do
        kill -0 "${running[0]}" 2>/dev/null || fail 'it has ended'
        sleep 0.02
    done
}

finish() {
    local n status
    kill -USR2 "${running[@]}" 2>/dev/null || :
    for n in "${!running[@]}"; do
        status=0
        wait "${running[n]}" || status=$?
        [ $status = 0 ] && grep -qx finished "$work/out.$n" || fail "program $n: status $status"
    done
    running=()
}

label='two programs'
cgroup_limit "$group" 400000 "$(mib 256)"
start 50
start 50
go_on
label='two programs while the limit changes'
mib 320 >"$limit"
go_on
until mib 256 >"$limit" 2>/dev/null; do sleep 0.1; done
go_on
finish

if [ -n "${SNUG_LONG-}" ]; then
    label='four programs'
    for live in 10 20 25 30; do start $live; done
    go_on
    finish
fi

# Beside 60 MiB that others take, no step of them before the last one was seen; then all is given back.
swell() { # LABEL HOLD, a function that makes them hold so many MiB
    local round held
    label=$1
    start 60
    go_on
    for round in $(seq $rounds); do
        for held in $(seq 4 4 60); do
            "$2" "$held"
            see
        done
        "$2" 0
        go_on
    done
    finish
}

hold_in_c() { # MIB
    local line
    echo "$1" >&"${c_program[1]}"
    read -r line <&"${c_program[0]}" || fail 'the C program has ended'
    [ "$line" = "holds $1" ] || fail "the C program says \"$line\""
}

hold_in_tmpfs() { # MIB
    [ "$1" != 0 ] || : >"$shared"
    [ "$1" = 0 ] || cgroup_run "$group" head -c $((4 << 20)) /dev/zero >>"$shared"
}

coproc c_program { cgroup_exec "$group" "$tide"; }
swell 'beside a C program that grows and shrinks' hold_in_c
eval "exec ${c_program[1]}>&-" # It ends.
shared=$(mktemp -p /dev/shm) leftovers=("$shared")
swell 'beside a tmpfs that grows and shrinks' hold_in_tmpfs

# In a tmpfs there is no page cache.
fill_cache() {
    if [ -n "${SNUG_TEST_DISK-}" ]; then
        exec 9<"$SNUG_TEST_DISK" # The last one to close it would empty its cache.
        cgroup_run "$group" head -c $((160 << 20)) "$SNUG_TEST_DISK" >/dev/null
        return
    fi
    case $(stat -f -c %T "$work") in tmpfs | ramfs) return 1 ;; esac
    cgroup_run "$group" head -c $((160 << 20)) /dev/zero >"$work/file"
}

cached_mib() {
    awk '/^(in)?active_file / { n += $2 } END { print int(n / 1048576) }' "${limit%/*}/memory.stat"
}

label='beside page cache' gogc=100
start 60
go_on
if fill_cache; then
    cached=$(cached_mib)
    [ "$cached" -ge 60 ] || fail "there are only $cached MiB of it"
    go_on
    see
    target=$(($(sed -n 's/^GOMEMLIMIT //p' "$work/out.0" | tail -n 1) >> 20))
    [ $target -ge 220 ] || fail "a target of $target MiB"
fi
finish
