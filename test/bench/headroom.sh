#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What memory.headroom = measured gives and costs: headroom.sh OBJECT. The collections of a program
# near its limit, and their CPU time, beside those with a tenth kept back: at most four fifths. Then
# the system calls of a look and the CPU time of the thread that looks once a second for a minute,
# beside follow alone: less than 0.1 % of a CPU.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1
. "$here/../limited.sh"
build_resize
(cd "$here/near" && GOFLAGS= CGO_ENABLED=1 go build -o "$work/near" .)
failures=0

near() { # VARIABLE… PROGRAM ARGUMENT…; sets n and msec
    cgroup_run "$group" env LD_PRELOAD="$object" "$@" >"$work/out"
    cat "$work/out"
    read -r n msec < <(sed 's/collections \(.*\), \(.*\) ms/\1 \2/' "$work/out")
}

for size in '256 180 1024 235' '1024 740 4096 960'; do
    read -r mib live garbage above <<<"$size"
    cgroup_limit "$group" 400000 $((mib << 20))
    echo "$live MiB of $mib alive, a tenth kept back, and measured:"
    near "$work/near" -live "$live" -garbage "$garbage"
    most_n=$((n * 8 / 10)) most_msec=$((msec * 8 / 10))
    near SNUG_MEMORY_HEADROOM=measured "$work/near" -live "$live" -garbage "$garbage" -above "$above"
    [ "$n" -le $most_n ] && [ "$msec" -le $most_msec ] || failures=$((failures + 1))
done

used_nsec() { # The thread's CPU time
    read -r used _ <"$thread/schedstat"
    echo "$used"
}

cgroup_limit "$group" 400000 $((256 << 20))
for variables in SNUG_FOLLOW=on SNUG_MEMORY_HEADROOM=measured \
    'SNUG_FOLLOW=on SNUG_MEMORY_HEADROOM=measured'; do
    cgroup_exec "$group" env LD_PRELOAD="$object" SNUG_FOLLOW_INTERVAL=1 $variables \
        "$work/resize" -for 1h -goroutines 1 -pause 10ms -live 20 >"$work/out" &
    running=$!
    sleep 5 # The first looks come sooner.
    thread=$(grep -lx snug /proc/$running/task/*/comm)
    thread=${thread%/comm}
    before=$(used_nsec)
    sleep 60
    usec=$((($(used_nsec) - before) / 1000))
    [ $usec -lt 60000 ] || failures=$((failures + 1))
    echo "$variables: $usec us of CPU time in 60 s"
    ! command -v strace >/dev/null || timeout -s INT 10 strace -qq -p "${thread##*/}" 2>&1 |
        awk -F '(' '/^nanosleep/ { if (n++) { looks++; calls += seen }; seen = 0 } { seen++ }
            END { printf "%d calls a look\n", calls / looks }'
    kill -USR2 $running
    wait $running
    running=
done
[ $failures = 0 ]
