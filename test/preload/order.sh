#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Where the loader stands before libc among a program's libraries, libc's functions are looked for
# once all the same, and not at each call: order.sh OBJECT PROGRAM. By counts of instructions.
set -eu
object=$1 program=$2
command -v valgrind >/dev/null || { echo 'valgrind is not installed'; exit 77; }

instructions() { # CALLS
    LD_PRELOAD=$object valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
}

few=$(instructions 1000) many=$(instructions 2000)
each=$(((many - few) / 1000))
echo "instructions of a call: $each"
[ "$each" -gt 0 ] && [ "$each" -lt 500 ]
