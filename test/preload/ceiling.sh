#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# span.guard = refuse: ceiling.sh OBJECT. A live heap that grows past its limit ends by itself,
# with Go's message and stacks and one line that names the limit, where without the guard the
# kernel kills; one that stays below its limit is never refused, nor is what is not its heap.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1
. "$here/../limited.sh"
for program in live beside; do
    (cd "$here/../go/$program" && GOFLAGS= CGO_ENABLED=1 go build -o "$work/$program" .)
done
limit=$((256 << 20))
failures=0

limited() { # BYTES
    cgroup_limit "$group" 200000 "$1"
}
limited $limit

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
guarded 'near GOMEMLIMIT' 0 "$work/live" -keep 160 -churn 1000
grep -q '^finished 2560 blocks live' "$work/out" || fail 'it did not finish'
guarded 'beside names that are not there' 0 "$work/beside" names "$work" 600000
# Beside the object, for temporary files may lie in memory. The file stays until its page cache is
# no more wanted.
file=$(mktemp "$(dirname "$object")/file-XXXXXX")
leftovers+=("$file")
cgroup_run "$group" sh -c "head -c 300M /dev/zero >'$file'"
guarded 'beside a full page cache' 0 "$work/live" -keep 141 -churn 500
rm "$file"
[ "$(grep -c snug "$work/out")" = 0 ] || fail 'a line where nothing was refused'

# Neither reservation nor commitment is Go's.
limited $((128 << 20))
expect 'an arena of C without the guard' 0 "$work/beside" arena
guarded 'an arena of C' 0 "$work/beside" arena
grep -qx 'all 40 pieces' "$work/out" || fail 'it did not commit all'

# A limit that is raised counts, without follow; so does one that is lowered.
changed() { # LABEL STATUS BYTES MIB
    local status=0 pid
    rm -f "$work/begin"
    mkfifo "$work/begin"
    : >"$work/out" # Another was ready before.
    cgroup_run "$group" env SNUG_SPAN_GUARD=refuse LD_PRELOAD="$object" \
        "$work/beside" wait "$4" <"$work/begin" >"$work/out" 2>&1 &
    pid=$!
    exec 3>"$work/begin"
    until grep -qx ready "$work/out" || ! kill -0 $pid 2>/dev/null; do sleep 0.1; done
    limited "$3"
    echo >&3
    exec 3>&-
    wait $pid || status=$?
    [ $status = "$2" ] || fail "$1: status $status, not $2"
}
limited $limit
changed 'raised to 1 GiB' 0 $((1 << 30)) 400
limited $((1 << 30))
changed 'lowered to 256 MiB' 2 $limit 400
grep -q 'span.guard: refused' "$work/out" || fail 'no line names the lowered limit'
[ $failures = 0 ]
