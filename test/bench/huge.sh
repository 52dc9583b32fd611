#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What huge pages are worth to a Go heap of 2 GiB, small objects that point to each other, with
# Go 1.22 and the newest: huge.sh OBJECT. Nanoseconds of CPU time of a read and of an allocation,
# with span.huge = keep and always in turn, five times each, and the ratios. It has no budget.
# Where it may, it sets the machine's mode to madvise meanwhile.
set -euo pipefail
object=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../go/toolchain.sh"
command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
modes=/sys/kernel/mm/transparent_hugepage/enabled
[ -e $modes ] || { echo 'machine lacks transparent huge pages'; exit 77; }
mode=$(sed 's/.*\[\(.*\)\].*/\1/' $modes)
work=$(mktemp -d)
trap '[ ! -w $modes ] || echo "$mode" >$modes; rm -rf "$work"' EXIT
[ ! -w $modes ] || echo madvise >$modes
echo "the machine's mode: $(cat $modes)"

run() { # HUGE: prints the two figures
    SNUG_SPAN_HUGE=$1 LD_PRELOAD=$object "$work/heap" -live 2048 | awk '{ print $2, $4 }'
}

median() { # FIELD
    cut -d' ' -f"$1" "$work/ratios" | sort -n | sed -n 3p
}

fetcher=$(go_fetcher "$work/cache")
for release in 1.22.12 "$(go_newest "$fetcher" 1.)"; do
    goroot=$(go_root "$fetcher" "$release")
    (cd "$here/heap" && CGO_ENABLED=1 go_release "$goroot" build -o "$work/heap" .)
    : >"$work/ratios"
    for pair in 1 2 3 4 5; do
        read -r keep_read keep_allocation < <(run keep)
        read -r huge_read huge_allocation < <(run always)
        echo "Go $release: a read $keep_read and $huge_read ns," \
            "an allocation $keep_allocation and $huge_allocation ns"
        echo "$((huge_read * 1000 / keep_read))" \
            "$((huge_allocation * 1000 / keep_allocation))" >>"$work/ratios"
    done
    echo "Go $release: medians of the ratios, per mille: reads $(median 1)," \
        "allocations $(median 2)"
done
