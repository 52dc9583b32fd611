#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What span.cache keeps is given up where memory is short, in a cgroup of this machine's own:
# pressure.sh OBJECT PROGRAM.
set -eu
object=$1 program=$2
. "$(dirname "$0")/../cgroup.sh"
if ! group=$(cgroup_open); then
    echo 'machine lacks a cgroup that may be made'
    exit 77
fi
trap 'cgroup_close "$group"' EXIT
limit=$((256 << 20))
cgroup_limit "$group" 200000 $limit
usage=${group##* }/memory.current
[ -e "$usage" ] || usage=${group##* }/memory.usage_in_bytes

run() { # unmapped|held
    r=0
    out=$(cgroup_run "$group" env SNUG_SCOPE=all SNUG_SPAN_CACHE=16M LD_PRELOAD="$object" \
        "$program" "$1" $limit "$usage") || r=$?
    echo "$1: status $r; $out"
}

# The kernel kills the one that has as much without a cache to give up.
run held
[ $r = 137 ] || exit 1
run unmapped
[ $r = 0 ] && [ "$out" = 'kept 24 ranges
the kernel took their pages
all zero' ]
