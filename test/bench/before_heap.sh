#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# How many system calls more than with an object that is empty a Go program makes until it reserves
# its heap: before_heap.sh MOST LABEL OBJECT EMPTY PROGRAM. Until then there is one thread. MOST may
# be "any".
set -eu
most=$1 label=$2 object=$3 empty=$4 program=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

count() { # PRELOAD
    strace -o "$work/trace" -E LD_PRELOAD="$1" "$program"
    grep -q ', 67108864, PROT_NONE' "$work/trace" || { echo 'the heap is not seen' >&2; exit 1; }
    sed '/, 67108864, PROT_NONE/,$d' "$work/trace" | wc -l
}

more=$(($(count "$object") - $(count "$empty")))
echo "shown: $label: $more"
[ "$most" = any ] || [ "$more" -le "$most" ]
