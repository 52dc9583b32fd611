#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# span.guard = refuse: ceiling.sh OBJECT. A live heap that grows past its limit ends by itself,
# with Go's message and stacks and one line that names the limit, where without the guard the
# kernel kills; one that stays below its limit is never refused.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1
. "$here/../cgroup.sh"
command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
group=$(cgroup_open) || { echo 'machine lacks a cgroup that may be made'; exit 77; }
work=$(mktemp -d)
trap 'cgroup_close "$group"; rm -rf "$work"' EXIT
(cd "$here/../go/live" && GOFLAGS= CGO_ENABLED=1 go build -o "$work/live" .)
limit=$((256 << 20))
cgroup_limit "$group" 200000 $limit
failures=0

expect() { # LABEL STATUS COMMAND…
    local label=$1 wanted=$2 status=0
    shift 2
    cgroup_run "$group" "$@" >"$work/out" 2>&1 || status=$?
    [ $status = "$wanted" ] || fail "$label: status $status, not $wanted"
}

fail() { # TEXT
    echo "$1"
    head -n 5 "$work/out"
    failures=$((failures + 1))
}

guarded() { # LABEL STATUS ARGUMENT…
    expect "$1" "$2" env SNUG_SPAN_GUARD=refuse LD_PRELOAD="$object" "${@:3}"
}

line='^snug\[[0-9]*\]: span\.guard: refused [0-9]*, used [0-9]* of '$limit', /.*memory\.'
for round in 1 2 3; do
    expect 'without the guard' 137 "$work/live" -keep 400
    guarded 'past the limit' 2 "$work/live" -keep 400
    [ "$(grep -c "$line" "$work/out")" = 1 ] || fail 'not one line names the limit'
    grep -q '^fatal error: runtime: out of memory' "$work/out" || fail "no message of Go's"
    grep -q '^goroutine 1 ' "$work/out" || fail 'no stacks'
done
guarded 'past the limit without GOMEMLIMIT' 2 env SNUG_MEMORY_LIMIT=off "$work/live" -keep 400
guarded 'near GOMEMLIMIT' 0 "$work/live" -keep 185 -churn 1000
grep -q '^finished 2960 blocks live' "$work/out" || fail 'it did not finish'
cgroup_run "$group" sh -c "head -c 300M /dev/zero >'$work/file'" # Fills the page cache.
guarded 'beside a full page cache' 0 "$work/live" -keep 141 -churn 500
[ "$(grep -c snug "$work/out")" = 0 ] || fail 'a line where nothing was refused'
[ $failures = 0 ]
