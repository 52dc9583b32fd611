#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What huge pages are worth to a Go heap of 1 GiB, small objects that point to each other, with
# Go 1.22 and the newest: huge.sh OBJECT TOUCH. Nanoseconds of CPU time of an object while the heap
# grows, of a read and of an allocation, and the most MiB that were resident, with span.huge = keep
# and always in turn, five times each, and the medians; and what a page costs on this machine. It has
# no budget. Where it may, it sets the machine's mode to madvise meanwhile.
set -euo pipefail
object=$1 touch=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../go/toolchain.sh"
command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
modes=/sys/kernel/mm/transparent_hugepage/enabled
[ -e $modes ] || { echo 'machine lacks transparent huge pages'; exit 77; }
mode=$(sed 's/.*\[\(.*\)\].*/\1/' $modes)
work=$(mktemp -d)
trap '[ ! -w $modes ] || echo "$mode" >$modes; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
[ ! -w $modes ] || echo madvise >$modes
echo "the machine's mode: $(cat $modes)"

run() { # HUGE: prints the four figures, and keeps them.
    SNUG_SPAN_HUGE=$1 LD_PRELOAD=$object "$work/heap" |
        awk '{ print $2, $4, $6, $8 }' | tee -a "$work/$1"
}

medians() { # HUGE
    local field
    for field in 1 2 3 4; do
        cut -d' ' -f$field "$work/$1" | sort -n | sed -n 3p
    done | paste -sd' '
}

fetcher=$(go_fetcher "$work/cache")
for release in 1.22.12 "$(go_newest "$fetcher" 1.)"; do
    goroot=$(go_root "$fetcher" "$release")
    (cd "$here/heap" && CGO_ENABLED=1 go_release "$goroot" build -o "$work/heap" .)
    rm -f "$work/keep" "$work/always"
    for pair in 1 2 3 4 5; do
        echo "Go $release: keep $(run keep), always $(run always)"
    done
    echo "Go $release, medians: keep $(medians keep), always $(medians always)"
done
sleep 10 # What was in use just now may not be with the host yet.
"$touch"
