#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# malloc.arenas bounds the arenas that glibc makes for threads that allocate at once, and only where
# nobody else has a say: allocator.sh OBJECT HEAPS RIVAL
set -eu
object=$1 heaps=$2 rival=$3
failures=0
export SNUG_SCOPE=all

# Eight threads and the main one; glibc makes 8 arenas on one CPU, and more on more.
most=$("$heaps") || exit 77
[ "$most" -gt 2 ] || exit 77

counts() { # LABEL N VARIABLE…
    label=$1 wanted=$2
    shift 2
    found=$(env LD_PRELOAD="$object" "$@" "$heaps")
    [ "$found" = "$wanted" ] && return
    echo "$label: $found arenas, not $wanted"
    failures=$((failures + 1))
}

counts 'keep' "$most"
counts 'a number' 1 SNUG_MALLOC_ARENAS=1
counts 'another' 2 SNUG_MALLOC_ARENAS=2
counts 'the CPUs' 1 SNUG_MALLOC_ARENAS=auto SNUG_CPU_COUNT=1
counts 'more than there are threads' "$most" SNUG_MALLOC_ARENAS=64
counts "the user's" 3 SNUG_MALLOC_ARENAS=1 MALLOC_ARENA_MAX=3
counts "the user's tunable" 3 SNUG_MALLOC_ARENAS=1 GLIBC_TUNABLES=glibc.malloc.arena_max=3
counts 'a program that is none of ours' "$most" SNUG_MALLOC_ARENAS=1 SNUG_SCOPE=go
counts 'switched off' "$most" SNUG_MALLOC_ARENAS=1 SNUG=off
counts "another allocator's" "$most" SNUG_MALLOC_ARENAS=1 LD_PRELOAD="$object $rival"
counts 'another one, in front' "$most" SNUG_MALLOC_ARENAS=1 LD_PRELOAD="$rival $object"
[ $failures = 0 ]
