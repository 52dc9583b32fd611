#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The policy file is read again when it changes: reload.sh OBJECT SNUG. It is changed as the kubelet
# changes a volume, by one rename of a link in the file's path, and as an editor does. A bad one has
# one line in the log and changes nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1 snug=$2
. "$here/../limited.sh"
build_resize
failures=0 edition=0
file=$work/volume/snug.conf
mkdir "$work/volume"
ln -s ..data/snug.conf "$file"
# 1.5 CPUs and 256 MiB.
cgroup_limit "$group" 150000 $((256 << 20))
target() { echo $((($1 << 20) >> 21 << 21)); }

fail() { # TEXT
    echo "$label: $1"
    tail -n 5 "$work/out" "$work/log"
    failures=$((failures + 1))
}

publish() { # TEXT…, a line each; besides those that are always there
    edition=$((edition + 1))
    mkdir "$work/volume/$edition"
    printf '%s\n' 'log = info' "$@" >"$work/volume/$edition/snug.conf"
    ln -sfn "$edition" "$work/volume/..new"
    mv -T "$work/volume/..new" "$work/volume/..data"
}

await() { # FILE LINE
    until grep -q "^$2\$" "$1"; do
        kill -0 "$running" 2>/dev/null || { fail "has ended before \"$2\""; return 0; }
        sleep 0.02
    done
}

says() { await "$work/out" "$1"; }
logs() { await "$work/log" "snug\[[0-9]*\]: follow: $1"; }

# What is bad is told once, although it is looked at again and again, and what was good stays.
refuses() { # SAID COMMAND…
    local said=$1
    shift
    : >"$work/log"
    : >"$work/out"
    "$@"
    logs "the last policy stays: $said"
    sleep 0.1
    publish "${good[@]}" 'memory.headroom = 70%'
    says "GOMEMLIMIT $(target 76)"
    [ "$(grep -c 'the last policy stays' "$work/log")" = 1 ] || fail 'told more than once'
    [ "$(grep -m 1 ^GOMEMLIMIT "$work/out")" = "GOMEMLIMIT $(target 76)" ] || fail 'the target has moved'
    publish "${good[@]}" 'memory.headroom = 50%'
    says "GOMEMLIMIT $(target 128)"
}

append() { # TEXT
    printf %s "$1" >>"$file"
}

# Of all that cannot be taken.
refuses_what_is_bad() {
    refuses "$file:4: memory.headroom \"much\" .*" publish "${good[@]}" 'memory.headroom = much'
    refuses "$file:4: \"so it goes\" .*" publish "${good[@]}" 'so it goes' 'memory.headroom = 90%'
    refuses "$file:4: \"memory.haedroom\" .*" publish "${good[@]}" 'memory.haedroom = 90%'
    refuses "$file:5: memory.headroom \"memory.headroom = 9\" .*" append 'memory.headroom = 9'
    refuses '".*" is not taken .*' chmod 666 "$file"
    [ "$(id -u)" != 0 ] || refuses '".*" is not taken .*' chown 12345 "$file"
    refuses "$file cannot be read: error 2" rm "$work/volume/..data"
    refuses "$file cannot be read: error 40" ln -sfn ..data "$work/volume/..data"
}

start() { # LABEL VARIABLE… PROGRAM…
    label=$1
    shift
    : >"$work/out"
    : >"$work/log"
    cgroup_exec "$group" env LD_PRELOAD="$object" SNUG_POLICY="$file" SNUG_FOLLOW_INTERVAL=20ms \
        SNUG_LOG_FILE="$work/log" "$@" \
        -for 1h -goroutines 1 -pause 1ms >>"$work/out" 2>&1 &
    running=$!
}

finish() {
    local status=0
    kill -USR2 "$running" 2>/dev/null || :
    wait "$running" || status=$?
    running=
    [ $status = 0 ] && grep -qx finished "$work/out" || fail "status $status"
}

cpus=$(nproc)
[ "$cpus" -lt 2 ] || cpus=2
good=('follow = on' 'cpu.min = 1')
publish "${good[@]}" 'memory.share = 50%'
start 'a cgo program' SNUG_MEMORY_SHARE=100% "$work/resize"
says "GOMAXPROCS $cpus"
says "GOMEMLIMIT $(target 230)"
publish "${good[@]}" 'cpu.round = down' 'memory.headroom = 50%' 'memory.share = 60%' 'span.name = on' \
    'lock = memory.gogc'
says 'GOMAXPROCS 1'
says "GOMEMLIMIT $(target 128)"
logs "$file is new: cpu.round, memory.headroom; at the next start: span.name, lock"
: >"$work/out"
publish "${good[@]}" 'memory.headroom = measured'
says "GOMAXPROCS $cpus"
says 'GOMEMLIMIT 2[45][0-9]*'
grep -q 'others [0-9]*, reserve' "$work/log" || fail 'nothing is measured'
publish "${good[@]}" 'memory.limit = 100M'
says 'GOMEMLIMIT 104857600'
publish "${good[@]}" 'memory.headroom = 50%'
says "GOMEMLIMIT $(target 128)"
append '# A comment.
'
logs "$file is new: nothing changes"
refuses_what_is_bad
finish

# It looks at the file also where limits are not followed; then nothing moves but the target.
good=('memory.headroom = measured')
publish "${good[@]}"
start 'one that is measured' "$work/resize"
says 'GOMEMLIMIT 2[45][0-9]*'
publish 'cpu.count = 1' 'memory.headroom = 50%'
says "GOMEMLIMIT $(target 128)"
logs "$file is new: memory.headroom; at the next start: cpu.count"
publish 'memory.headroom = measured'
says 'GOMEMLIMIT 2[45][0-9]*'
finish

# From outside.
if "$snug" explain --cpu.count=1 -- "$work/static" | grep -q 'snug run traces the start'; then
    good=('follow = on' 'cpu.min = 1')
    publish "${good[@]}"
    start 'a static program' "$snug" run --init -- "$work/static"
    says "GOMEMLIMIT $(target 230)"
    publish "${good[@]}" 'cpu.round = down' 'memory.headroom = 50%'
    says "GOMEMLIMIT $(target 128)"
    logs "$file is new: memory.headroom; at the next start: cpu.round"
    refuses "$file:4: memory.headroom \"much\" .*" publish "${good[@]}" 'memory.headroom = much'
    refuses "$file cannot be read: error 2" rm "$work/volume/..data"
    finish
fi
[ $failures = 0 ]
