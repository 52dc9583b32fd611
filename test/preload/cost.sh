#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# System calls and instructions that the object adds to a program that is not Go, against an
# object that is empty: cost.sh OBJECT EMPTY. The budget is 5 % of the instructions.
set -eu
object=$1 empty=$2
command -v valgrind > /dev/null || { echo 'valgrind is not installed'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

instructions() { # PRELOAD
    LD_PRELOAD=$1 valgrind --tool=callgrind --callgrind-out-file=/dev/null /bin/true 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
}

plain=$(instructions "$empty")
ours=$(instructions "$object")
permille=$(((ours - plain) * 1000 / plain))
echo "instructions of /bin/true: $plain with an empty object, $ours with snug (+$permille per mille)"

if command -v strace > /dev/null; then
    for preload in "$empty" "$object"; do
        strace -f -o "$work/trace" -E LD_PRELOAD="$preload" /bin/true
        wc -l < "$work/trace" >> "$work/calls"
    done
    echo "system calls of /bin/true, with an empty object and with snug:" $(cat "$work/calls")
fi
[ "$permille" -le 50 ]
