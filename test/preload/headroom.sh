#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# memory.headroom = measured: headroom.sh OBJECT. A Go program beside memory that Go does not count
# lives where a tenth kept back is not enough, whoever holds it and wherever the limit is; page
# cache takes nothing from it. What is looked at is events: a program goes on when its target has
# moved, and is ended when it has said that it has what it wants. With SNUG_LONG set, ten times, under
# 256 MiB and 1 GiB, with each release and way to link of which the program has been built; and one
# that goes by automemlimit, and looks again each second, where the module can be had.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$1
. "$here/../limited.sh"
below=${group#* }
below=${below##* }/below
trap 'rmdir "$below" 2>/dev/null || :; clean_up' EXIT
trap 'exit 1' HUP INT TERM
build_resize
failures=0
mib() { echo $(($1 << 20)); }
# As much as the machine has, of CPUs.
cgroup_limit "$group" 400000 "$(mib 256)"
program=$work/resize live=80
measured=(SNUG_MEMORY_HEADROOM=measured SNUG_FOLLOW_INTERVAL=20ms)

fail() { # TEXT
    echo "$1"
    tail -n 5 "$work/out"
    failures=$((failures + 1))
}

# Starts the program in the cgroup, and ends it when it has said that line.
ends_after() { # LABEL LINE STATUS VARIABLE… -- ARGUMENT…
    local label=$1 line=$2 wanted=$3 status=0 variables=() pid
    shift 3
    while [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    shift
    : >"$work/out"
    cgroup_exec "$group" env LD_PRELOAD="$object" "${variables[@]}" \
        "$program" -for 1h -goroutines 1 -pause 1ms -live $live "$@" >"$work/out" 2>&1 &
    pid=$!
    until grep -q "^$line" "$work/out" || ! kill -0 $pid 2>/dev/null; do sleep 0.1; done
    kill -USR2 $pid 2>/dev/null || :
    wait $pid || status=$?
    [ $status = "$wanted" ] || fail "$label: status $status, not $wanted"
    [ "$wanted" != 0 ] || grep -qx finished "$work/out" || fail "$label: not finished"
}

# Where the program's last target lies, in MiB.
target() {
    echo $(($(sed -n 's/^GOMEMLIMIT //p' "$work/out" | tail -n 1) >> 20))
}

ends_after 'a tenth kept back' 'others 120' 137 SNUG_MEMORY_HEADROOM=10% -- -others 120
ends_after 'measured' 'others 120' 0 "${measured[@]}" -- -others 120 -of 256
[ "$(target)" -le 136 ] || fail "a target of $(target) MiB"
ends_after 'beside follow' 'others 120' 0 "${measured[@]}" SNUG_FOLLOW=on -- -others 120 -of 256
ends_after 'with a share' 'others 60' 0 "${measured[@]}" SNUG_MEMORY_SHARE=60% -- -others 60 -of 256
[ "$(target)" -le 143 ] || fail "a target of $(target) MiB of a share of 153"

# Its live heap leaves little, and what others hold is less than a tenth: nobody is killed for more.
ends_after 'beside little' 'others 24' 0 "${measured[@]}" -- -live 200 -others 24 -every 200ms

# Shared memory counts, and page cache does not.
shared=$(mktemp -p /dev/shm) leftovers=("$shared")
ends_after 'beside a tmpfs' 'others 100' 0 "${measured[@]}" -- -others 100 -of 256 -file "$shared"
rm -f "$shared"
# The target stays where a tenth kept back has it. In a tmpfs there is no page cache.
case $(stat -f -c %T "$work") in
tmpfs | ramfs) ;;
*)
    ends_after 'beside page cache' 'others 400' 0 "${measured[@]}" -- -others 400 -file "$work/file"
    [ "$(target)" -ge 225 ] || fail "a target of $(target) MiB beside page cache"
    ;;
esac

# The limit is an ancestor's.
mkdir "$below"
own=$group
case $group in
v1*) group="${group% *} $below" ;;
*) group="v2 $below" ;;
esac
ends_after "an ancestor's limit" 'others 120' 0 "${measured[@]}" -- -others 120 -of 256
group=$own

# What cannot be measured stays at a tenth, and what is the user's stays.
ends_after "the user's" 'GOMEMLIMIT 104857600' 0 "${measured[@]}" GOMEMLIMIT=100MiB --

# The first look comes at once, before the program fills what a tenth leaves; others hold 100 MiB.
shared=$(mktemp -p /dev/shm) leftovers=("$shared")
cgroup_run "$group" head -c "$(mib 100)" /dev/zero >"$shared"
ends_after 'a first look at once' 'GOMEMLIMIT 1' 0 "${measured[@]}" SNUG_FOLLOW_INTERVAL=3600 --
rm -f "$shared"

# What jumps finds as much free as with a tenth kept back, but where the live heap needs it.
ends_after 'with room' 'others 4' 0 "${measured[@]}" GOGC=400 -- -others 4
! sed -n 's/^GOMEMLIMIT //p' "$work/out" | awk -v most="$(mib 230)" '$1 > most' | grep . ||
    fail 'a target above a tenth kept back, for a heap that has room'

# Collections for as much garbage. It begins when the target has come to rest.
collections() { # VARIABLE… PROGRAM ARGUMENT…
    cgroup_run "$group" env LD_PRELOAD="$object" "$@" | sed 's/collections \(.*\),.*/\1/'
}

# Where nobody else holds much, a program near its limit has more room than a tenth kept back leaves.
if [ -z "${SNUG_TEST_RESIZE-}" ]; then
    (cd "$here/../bench/near" && GOFLAGS= CGO_ENABLED=1 go build -o "$work/near" .)
    fixed=$(collections "$work/near" -garbage 512)
    ours=$(collections "${measured[@]}" "$work/near" -garbage 512 -above 235)
    [ $((ours * 10)) -le $((fixed * 8)) ] || fail "$ours collections, with a tenth kept back $fixed"
fi

# The program with automemlimit, which looks again each second.
build_rival() {
    local src=$work/rival.d
    mkdir "$src"
    cp "$here"/../bench/programs/go.* "$here"/../go/resize/*.go "$src/"
    cp "$here/../bench/programs/watch/compiled_in.go" "$src/"
    printf 'package main\nfunc init() { follow() }\n' >"$src/rival.go"
    (cd "$src" && GOFLAGS=-mod=mod CGO_ENABLED=1 go build -buildvcs=false -tags own_c,libraries -o "$work/rival" .)
}

ten_times() { # MIB OTHERS
    local i
    for i in $(seq 10); do
        ends_after "${program##*/}, a tenth of $1 kept back, run $i" "others $2" 137 \
            SNUG_MEMORY_HEADROOM=10% -- -others "$2"
        ends_after "${program##*/}, measured, of $1, run $i" "others $2" 0 "${measured[@]}" -- \
            -others "$2" -of "$1"
    done
    echo "${program##*/}: ten times under $1 MiB, $failures failures so far"
}

rival_ten_times() { # MIB OTHERS
    local i program=$work/rival
    for i in $(seq 10); do
        ends_after "automemlimit, of $1, run $i" "others $2" 137 SNUG=off -- -others "$2"
    done
    echo "automemlimit: ten times under $1 MiB, $failures failures so far"
}

if [ -n "${SNUG_LONG-}" ]; then
    # A module comes from a proxy.
    build_rival || rm -f "$work/rival"
    for program in "$work/resize" "${object%/lib/*}"/go/bin/1.{19,2[0-9]}.*-resize-*; do
        case $program in *-static | *-pie-nocgo | *'*'*) continue ;; esac
        cgroup_limit "$group" 400000 "$(mib 256)"
        live=80 ten_times 256 120
        cgroup_limit "$group" 400000 "$(mib 1024)"
        live=320 ten_times 1024 480
    done
    if [ -e "$work/rival" ]; then
        live=320 rival_ten_times 1024 480
        cgroup_limit "$group" 400000 "$(mib 256)"
        live=80 rival_ten_times 256 120
    fi
fi
[ $failures = 0 ]
