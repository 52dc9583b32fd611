#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# follow.announce: announce.sh OBJECT SNUG. A heap that fills its limit goes below a smaller one before
# that is written, and nothing is killed. What says nothing sensible moves nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1 snug=$2
. "$here/../limited.sh"
build_resize
program=("$work/resize")
failures=0
read -r _ limit <<<"$(cgroup_files "$group")"
mib() { echo $(($1 << 20)); }
target() { echo $((($1 << 20) * 9 / 10 >> 21 << 21)); }

fail() { # TEXT
    echo "$label: $1"
    tail -n 5 "$work/out"
    failures=$((failures + 1))
}

announce() { # TEXT; as the kubelet does it
    mkdir -p "$work/pod/$1"
    printf %s "$1" >"$work/pod/$1/limit"
    ln -sfn "$1" "$work/pod/..new"
    mv -T "$work/pod/..new" "$work/pod/..data"
}

has_said() { # LINE
    until grep -q "^$1" "$work/out"; do
        kill -0 "$running" 2>/dev/null || { fail "has ended before \"$1\""; return 1; }
        sleep 0.05
    done
}

# The word is written before the line is, and the program may look in between.
is_logged() { # TEXT
    local n=0
    until grep -qsF "$1" "$work/log"; do
        n=$((n + 1))
        [ $n -lt 6000 ] && kill -0 "$running" 2>/dev/null || { fail "the log says nothing of \"$1\""; return; }
        sleep 0.05
    done
}

start() { # LABEL VARIABLE…
    label=$1
    shift
    cgroup_limit "$group" 400000 "$(mib 256)"
    : >"$work/out"
    rm -rf "$work/pod"
    mkdir "$work/pod"
    ln -s ..data/limit "$work/pod/limit"
    cgroup_exec "$group" env LD_PRELOAD="$object" SNUG_FOLLOW_ANNOUNCE="$work/pod/limit" GOGC=400 \
        SNUG_FOLLOW_INTERVAL=20ms SNUG_LOG=info SNUG_LOG_FILE="$work/log" "$@" \
        "${program[@]}" -for 1h -goroutines 1 -pause 1ms -live 50 >>"$work/out" 2>&1 &
    running=$!
}

finish() {
    local status=0
    kill -USR2 "$running" 2>/dev/null || :
    wait "$running" || status=$?
    running=
    [ $status = 0 ] && grep -qx finished "$work/out" || fail "status $status"
}

start 'a shrink' SNUG_FOLLOW=on
has_said "GOMEMLIMIT $(target 256)"
for nonsense in many 0 "$(mib 50)" "$(mib 256)" "$(mib 512)"; do
    announce "$nonsense"
    sleep 0.1
done
announce "$(mib 160)"
if has_said "GOMEMLIMIT $(target 160)" && has_said "within $(target 160)"; then
    [ "$(grep -c ^GOMEMLIMIT "$work/out")" = 2 ] || fail 'moved by nonsense'
    is_logged "memory $(target 256) to $(target 160) (announced), in"
    # Version 1 refuses while the kernel cannot take back enough.
    until mib 160 >"$limit" 2>/dev/null; do sleep 0.1; done
    announce "$(mib 512)"
    mib 512 >"$limit"
    has_said "GOMEMLIMIT $(target 512)" || :
fi
finish

rm "$work/log"
start 'a shrink, measured' SNUG_MEMORY_HEADROOM=measured
if has_said 'within 2[45]'; then
    announce "$(mib 160)"
    if has_said 'within 1[45]'; then
        is_logged '(announced), others'
        until mib 160 >"$limit" 2>/dev/null; do sleep 0.1; done
    fi
fi
finish

# From outside, and it is over when nothing is announced any more.
if "$snug" explain --cpu.count=1 -- "$work/static" | grep -q 'snug run traces the start'; then
    rm -f "$work/log"
    program=("$snug" run --init -- "$work/static")
    start 'a static program' SNUG_FOLLOW=on
    has_said "GOMEMLIMIT $(target 256)"
    announce "$(mib 160)"
    if has_said "GOMEMLIMIT $(target 160)"; then
        is_logged "memory $(target 256) to $(target 160) (announced)"
        : >"$work/out"
        rm "$work/pod/limit"
        has_said "GOMEMLIMIT $(target 256)" || :
    fi
    finish
fi
[ $failures = 0 ]
