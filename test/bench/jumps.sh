#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# C memory that jumps beside a Go heap that has filled what it may, under 256 MiB: who lives.
# jumps.sh OBJECT [ROUNDS] [ROW…]. A row is LIVE,GOGC,MIB: so much is alive, and so much comes at 4 MiB
# each 10 ms. Each is tried with a tenth kept back, with what is measured, and with ten looks a second;
# ten rounds, in turn.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1 n_rounds=${2-10}
. "$here/../limited.sh"
build_resize
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- 60,100,76 80,100,76 90,100,76 40,400,76 80,400,76 80,400,24 120,400,24 180,400,24
cgroup_limit "$group" 400000 $((256 << 20))
declare -A ways=([tenth]=SNUG_MEMORY_HEADROOM=10% [measured]=SNUG_MEMORY_HEADROOM=measured
    [each_100_ms]='SNUG_MEMORY_HEADROOM=measured SNUG_FOLLOW_INTERVAL=100ms')

n_collections() { grep -c '^gc ' "$work/out" || :; }

# It goes on until the collector has run so often, or until it is killed.
collects() { # TIMES
    local until_n=$(($(n_collections) + $1))
    while kill -0 "$running" 2>/dev/null && [ "$(n_collections)" -lt $until_n ]; do sleep 0.02; done
}

lives() { # LIVE GOGC MIB VARIABLES
    local status=0
    : >"$work/out"
    cgroup_exec "$group" env LD_PRELOAD="$object" GOGC="$2" GODEBUG=gctrace=1 $4 "$work/resize" \
        -for 1h -goroutines 1 -pause 1ms -live "$1" -others "$3" -every 10ms -late >"$work/out" 2>&1 &
    running=$!
    collects 5 # It has grown to what lives.
    sleep 3    # The target is at rest.
    collects 2
    kill -USR1 "$running" 2>/dev/null || :
    while kill -0 "$running" 2>/dev/null && ! grep -q '^others' "$work/out"; do sleep 0.02; done
    kill -USR2 "$running" 2>/dev/null || :
    wait "$running" || status=$?
    running=
    [ $status = 0 ]
}

for row; do
    IFS=, read -r live gogc jump <<<"$row"
    n_tenth=0 n_measured=0 n_each_100_ms=0
    for round in $(seq "$n_rounds"); do
        for way in tenth measured each_100_ms; do
            ! lives "$live" "$gogc" "$jump" "${ways[$way]}" || eval "n_$way=\$((n_$way + 1))"
        done
    done
    echo "$live MiB alive, GOGC=$gogc, a jump of $jump MiB: of $n_rounds lived $n_tenth with a tenth" \
        "kept back, $n_measured measured, $n_each_100_ms with ten looks a second"
done
