#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# span.huge: huge.sh OBJECT. What smaps shows as advised never passes the budget, which is the
# limit less 10 %; the object asked for is twice the limit, and is not touched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1
. "$here/../limited.sh"
case $(go env GOVERSION) in
go1.1[0-9]* | go1.20*) echo 'machine lacks Go 1.21 or newer: older ones advise by themselves'; exit 77 ;;
esac
mode=$(sed 's/.*\[\(.*\)\].*/\1/' /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null) ||
    { echo 'machine lacks transparent huge pages'; exit 77; }
(cd "$here/../go/heap" && GOFLAGS= CGO_ENABLED=1 go build -o "$work/heap" .)
failures=0

expect() { # LINE VARIABLE ARGUMENT…
    local line=$1
    cgroup_run "$group" env "$2" LD_PRELOAD="$object" "$work/heap" "${@:3}" >"$work/out" 2>&1 || true
    grep -Fqx "$line" "$work/out" && return
    echo "$2 ${*:3}: wanted: $line"
    cat "$work/out"
    failures=$((failures + 1))
}

expect 'all of it is advised' SNUG_SPAN_HUGE=auto -fill 16 -sparse 1024
for mib in 128 512 2048; do
    cgroup_limit "$group" 200000 $((mib << 20))
    expect 'the advised bytes are within the budget' SNUG_SPAN_HUGE=auto \
        -fill 16 -sparse $((2 * mib)) -budget $((mib * 9 / 10))
done
expect 'nothing is advised' SNUG_SPAN_HUGE=keep -fill 16 -sparse 64
expect 'huge pages: no' SNUG_SPAN_HUGE=never -fill 64
cgroup_limit "$group" 200000 $((512 << 20))
expect 'all of it is advised' SNUG_SPAN_HUGE=always -fill 16 -sparse 1024
[ "$mode" = never ] || expect 'huge pages: yes' SNUG_SPAN_HUGE=auto -fill 64
[ "$mode" = always ] || expect 'huge pages: no' SNUG_SPAN_HUGE=keep -fill 64
[ $failures = 0 ]
