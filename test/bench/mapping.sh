#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Nanoseconds and instructions that a hook adds to an mmap and munmap pair: mapping.sh OBJECT EMPTY
# PROGRAM. Runs alternate, and the shortest of each counts. The budget is 100 ns, 50 for each of the
# two.
set -eu
object=$1 empty=$2 program=$3
best_plain='' best_ours=''

for round in $(seq 21); do
    plain=$(LD_PRELOAD=$empty "$program")
    ours=$(SNUG_SCOPE=all LD_PRELOAD=$object "$program")
    [ -n "$best_plain" ] && [ "$best_plain" -le "$plain" ] || best_plain=$plain
    [ -n "$best_ours" ] && [ "$best_ours" -le "$ours" ] || best_ours=$ours
done

# Of 2000 pairs: what a second round adds to the first.
instructions() { # PRELOAD
    for rounds in 1 2; do
        SNUG_SCOPE=all LD_PRELOAD=$1 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
            "$program" $rounds 2>&1 | sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
    done | { read -r one && read -r two && echo $(((two - one) / 2000)); }
}

if command -v valgrind > /dev/null; then
    echo "instructions of one mmap and munmap: $(instructions "$empty") with an empty object," \
        "$(instructions "$object") with snug"
fi
echo "one mmap and munmap: $best_plain ns with an empty object, $best_ours ns with snug"
[ $((best_ours - best_plain)) -le 100 ]
