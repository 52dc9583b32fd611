#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# span.cache and span.align with programs that map, change and unmap: ranges.sh OBJECT RECYCLE
# CROWD ZERO ALIGNED. With SNUG_LONG set, a million cycles and a minute of 64 threads.
set -eu
object=$1 recycle=$2 crowd=$3 zero=$4 aligned=$5
failures=0
cycles=50000 seconds=3
[ -z "${SNUG_LONG-}" ] || cycles=1000000 seconds=60
unset LD_PRELOAD
export SNUG_SCOPE=all

works() { # VARIABLE… PROGRAM ARGUMENT…
    echo "# $*"
    r=0
    env LD_PRELOAD="$object" "$@" || r=$?
    [ "$r" = 0 ] || { echo "status $r"; failures=$((failures + 1)); }
}

# What a program may rely on is the same without snug, with the keys off, and with them.
works SNUG=off "$recycle" plain
works SNUG_SPAN_CACHE=off "$recycle" plain
works SNUG_SPAN_CACHE=16M "$recycle" kept
works SNUG_SPAN_CACHE=16M SNUG_SPAN_ALIGN=64K "$recycle" kept

works SNUG_SPAN_CACHE=16M "$zero" $cycles 16777216
works SNUG_SPAN_CACHE=300K "$zero" $((cycles / 25)) 307200
works SNUG_SPAN_CACHE=1M SNUG_SPAN_ALIGN=128K "$zero" $((cycles / 25)) 1048576

works SNUG_SPAN_CACHE=16M "$crowd" 64 $seconds
works SNUG_SPAN_CACHE=1M SNUG_SPAN_ALIGN=16K "$crowd" 64 $seconds

works SNUG_SPAN_ALIGN=2M "$aligned" 2097152
works SNUG_SPAN_ALIGN=16M SNUG_SPAN_CACHE=1M "$aligned" 16777216
exit "$failures"
