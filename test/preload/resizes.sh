#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# follow through many real resizes, one each 5 ms: resizes.sh OBJECT SNUG CHANGER. The program
# collects, locks and calls C without a pause; no result may be wrong, no thread be left over. With
# SNUG_LONG set, 20,000 resizes in each way, else some hundred. The quotas are such that CPUs are
# never taken away for long: a follower that waits for them sees fewer changes than there are.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1 snug=$2 changer=$3
. "$here/../cgroup.sh"
. "$here/../tmpfs.sh"
command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
[ "$(nproc)" -gt 1 ] || { echo 'machine lacks a second CPU'; exit 77; }
pages=$(tmpfs_make) || { echo "$pages"; exit 77; }
work=$(mktemp -d)
group=$(cgroup_open) || { rm -r "$work" "$pages"; echo 'machine lacks a cgroup that may be made'; exit 77; }
running= changing=
clean_up() {
    [ -z "$running$changing" ] || kill -9 $running $changing || true
    wait || true
    cgroup_close "$group"
    rm -rf "$work" "$pages"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
failures=0
mib=$((1 << 20))

fail() { # TEXT
    echo "$label: $1"
    tail -n 20 "$work/out" "$work/err"
    failures=$((failures + 1))
}

few_cpus=190000 all_cpus=200000 few_bytes=$((256 * mib)) all_bytes=$((512 * mib))
few_target=$((230 * mib)) all_target=$((460 * mib)) # Less a tenth, in whole 2 MiB.

start() { # LABEL VARIABLE… PROGRAM ARGUMENT…
    label=$1
    shift
    cgroup_limit "$group" $few_cpus $few_bytes
    cgroup_run "$group" env LD_PRELOAD="$object" SNUG_CPU_ROUND=down SNUG_CPU_MIN=1 GOGC=5 \
        SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=1ms SNUG_STATS_FILE="$pages/page" \
        "$@" -for 3600s -live 4 >"$work/out" 2>"$work/err" &
    job=$!
    n=0
    until running=$(number pid) && [ -n "$running" ]; do
        n=$((n + 1))
        [ $n -lt 12000 ] || { fail 'does not start'; return 1; }
        sleep 0.05
    done
}

finish() {
    local status=0
    kill -USR2 "$running" || true
    wait $job || status=$?
    running=
    rm -f "$pages/page"
    [ $status = 0 ] || fail "status $status"
    grep -qx 'wrong 0' "$work/out" || fail 'wrong results'
    grep -qx 'goroutines left over 0' "$work/out" || fail 'goroutines are left over'
    [ ! -s "$work/err" ] || fail 'says something'
}

number_in() { # FILE NAME
    sed -n "s/.*\"$2\": *\([0-9]*\).*/\1/p" "$1"
}

# What the page says.
number() { # NAME
    number_in <("$snug" stat --json "$pages/page" 2>/dev/null) "$1"
}

n_threads() {
    ls "/proc/$running/task" | wc -l
}

n_followers() {
    cat "/proc/$running/task"/*/comm | grep -cx snug
}

keeps_up() { # COUNT LABEL VARIABLE… PROGRAM ARGUMENT…
    local count=$1 now early late began=$SECONDS
    start "${@:2}" || return 0
    "$changer" 5 $(cgroup_files "$group" | { read -r cpu memory
        echo "$cpu" $all_cpus $few_cpus -- "$memory" $all_bytes $few_bytes; }) 2>"$work/changer" &
    changing=$!
    early=
    until now=$(number changes) && [ "${now:=0}" -ge "$count" ]; do
        [ -n "$early" ] || [ "$now" -lt 100 ] || early=$(n_threads)
        kill -0 "$running" 2>/dev/null || { fail "ended behind $now resizes"; break; }
        [ $((SECONDS - began)) -lt $((1200 + count)) ] || { fail "saw $now resizes"; break; }
        sleep 0.2
    done
    kill "$changing" 2>/dev/null || fail "$(cat "$work/changer")"
    wait "$changing" 2>/dev/null || true
    changing=
    n=0
    until [ "$(n_followers)" = 1 ] || [ $n -gt 6000 ]; do # The last change has a thread too.
        n=$((n + 1))
        sleep 0.1
    done
    [ $n -le 6000 ] || fail "$(n_followers) threads named snug"
    late=$(n_threads)
    [ "$late" -le $((early + 4)) ] || fail "$early threads, then $late"
    echo "$label: $now resizes in $((SECONDS - began)) s, threads: $early, then $late"
    finish
}

# The last change: `when` lies behind the write, and it took less time than there was.
tells() { # COUNT CPUS_FROM CPUS_TO BYTES_FROM BYTES_TO REASON
    local n=0 words key value at took
    until [ "$(number changes)" = "$1" ] || [ $n -gt 12000 ]; do
        n=$((n + 1))
        sleep 0.05
    done
    words="$1 changes\?, the last at 20..-..-..T..:..:..Z in [0-9]* us: CPUs from $2 to $3, memory"
    words="$words target from $4 bytes ($(($4 / mib)) MiB) to $5 bytes ($(($5 / mib)) MiB): $6"
    "$snug" stat "$running" >"$work/stat"
    "$snug" explain --pid "$running" >"$work/explain"
    "$snug" stat --json "$running" >"$work/stat.json"
    "$snug" explain --json --pid "$running" >"$work/explain.json"
    for of in stat explain; do
        tr -s ' \n' ' ' <"$work/$of" | grep -q "ive resize $words" || fail "$of does not tell: $words"
        for key in "changes $1" "cpus_from $2" "cpus_to $3" "memory_from_bytes $4" "memory_to_bytes $5"; do
            value=$(number_in "$work/$of.json" "${key% *}")
            [ "$value" = "${key#* }" ] || fail "$of --json: $value is not $key"
        done
        grep -q "\"reason\": \"$6\"" "$work/$of.json" || fail "$of --json: no reason"
        at=$(number_in "$work/$of.json" when_ns) took=$(number_in "$work/$of.json" took_ns)
        [ "$at" -ge "$written" ] && [ "$at" -le "$(date +%s%N)" ] &&
            [ "$took" -gt 0 ] && [ "$took" -le $(($(date +%s%N) - written)) ] || fail "$of --json: at $at, took $took"
    done
}

tells_the_last_one() {
    local cpu memory written
    start 'what is told' "$work/resize" || return 0
    read -r cpu memory <<<"$(cgroup_files "$group")"
    grep -q '"resize": null' <("$snug" stat --json "$running") || fail 'a change before the first'
    written=$(date +%s%N)
    echo $all_cpus >"$cpu"
    tells 1 1 2 $few_target $few_target 'the CPU limit, rounded'
    written=$(date +%s%N)
    echo $all_bytes >"$memory"
    tells 2 2 2 $few_target $all_target 'the memory limit less memory.headroom'
    finish
}

count=200
[ -z "${SNUG_LONG-}" ] || count=20000
cp -r "$here/../go/resize" "$work/resize.d"
(cd "$work/resize.d" && export GOFLAGS= CGO_ENABLED=1 && go build -buildvcs=false -tags own_c -o ../resize . &&
    go build -buildvcs=false -tags own_c -race -o ../resize-race .)

tells_the_last_one
keeps_up "$count" gccheckmark GODEBUG=gccheckmark=1 "$work/resize"
keeps_up "$count" race "$work/resize-race"
keeps_up "$count" 'gccheckmark, and the program sets both' GODEBUG=gccheckmark=1 "$work/resize" -sets
keeps_up "$count" 'race, and the program sets both' "$work/resize-race" -sets
[ "$failures" = 0 ]
