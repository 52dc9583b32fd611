#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tools that read the object's segments: tools.sh OBJECT. Valgrind must know which object it is in,
# or it cannot walk the stack through its frames.
set -eu
object=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
command -v valgrind >"$work/where" || { echo 'not installed: valgrind'; exit 77; }
LD_PRELOAD=$object valgrind --tool=callgrind --callgrind-out-file="$work/costs" /bin/true >"$work/said" 2>&1
grep -q "ob=.* $object\$" "$work/costs" || { echo 'valgrind does not know the object'; cat "$work/said"; exit 1; }
