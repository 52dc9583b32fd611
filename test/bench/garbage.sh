#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What all span and NUMA keys but huge pages add to the CPU time of a Go program that makes much
# garbage beside 1 GiB that lives: garbage.sh OBJECT [PAIRS]. Eleven pairs of runs, or that many, one
# with and one without snug; what counts is the median of the ratios. The budget is 2 %.
set -euo pipefail
object=$1 n_pairs=${2-11}
here=$(cd "$(dirname "$0")" && pwd)
command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
(cd "$here/heap" && GOFLAGS= CGO_ENABLED=1 go build -o "$work/heap" .)
# With one P: what the collector's workers do in the idle time of others is not the same twice.
program=(env GOMAXPROCS=1 "$work/heap" -live 1024 -reads 0 -rounds 3)
TIMEFORMAT='%3U %3S'

# Milliseconds of CPU, with what the end of the process costs.
used() { # VARIABLE…
    local user system
    read -r user system < <({ time env "$@" "${program[@]}" >"$work/out"; } 2>&1)
    echo $((10#${user/./} + 10#${system/./}))
}

keys=(SNUG_NUMA_PLACE=interleave SNUG_NUMA_CONFINE=on SNUG_SPAN_HUGE=keep SNUG_SPAN_ALIGN=2M
    SNUG_SPAN_GUARD=refuse SNUG_SPAN_NAME=on)
for pair in $(seq "$n_pairs"); do
    # Who is first changes, so that it favours nobody.
    [ $((pair % 2)) = 1 ] || ours=$(used LD_PRELOAD="$object" "${keys[@]}")
    plain=$(used SNUG=off)
    [ $((pair % 2)) = 0 ] || ours=$(used LD_PRELOAD="$object" "${keys[@]}")
    echo "$((ours * 10000 / plain))" >>"$work/ratios"
    echo "$plain ms without snug, $ours ms with it: $((ours * 1000 / plain)) per mille"
done
median=$(sort -n "$work/ratios" | sed -n $((n_pairs / 2 + 1))p)
echo "the median is $median of 10000"
[ "$median" -le 10200 ]
