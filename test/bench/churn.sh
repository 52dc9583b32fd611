#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What span.cache is worth to a program that maps, touches and unmaps: churn.sh OBJECT PROGRAM.
# The budget is a third of the time at every length, a tenth at 64 KiB in one thread. Runs
# alternate, and the shortest of each counts.
set -eu
object=$1 program=$2
failures=0
export LD_PRELOAD=$object SNUG_SCOPE=all

least() { # A B
    if [ -z "$1" ] || [ "$2" -lt "$1" ]; then echo "$2"; else echo "$1"; fi
}

for n_threads in 1 4; do
    for kib in 64 128 256 512 1024; do
        plain='' cached=''
        for round in 1 2 3; do
            plain=$(least "$plain" "$(SNUG_SPAN_CACHE=off "$program" $kib $n_threads)")
            cached=$(least "$cached" "$(SNUG_SPAN_CACHE=16M "$program" $kib $n_threads)")
        done
        times=3
        if [ $n_threads = 1 ] && [ $kib = 64 ]; then times=10; fi
        echo "$kib KiB in $n_threads threads: $plain ns, with span.cache = 16M $cached ns," \
            "a $((plain / cached))th; wanted a ${times}th"
        [ $((cached * times)) -le "$plain" ] || failures=$((failures + 1))
    done
done
exit "$failures"
