#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The system calls that base/sys.c can make are those that plan/needs.c says snug makes, and the
# other way round; but for what the loader of any program has called before. What the object is seen to make is compared in go/needs.py.
#
#   needs.sh SOURCE_ROOT
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

grep -o 'SYS_[a-z0-9_]*' lib/base/sys.c | sort -u |
    grep -vx -e SYS_access -e SYS_faccessat -e SYS_open >"$work/made"
# A row: {SYS_name, first, last, who, …
sed -n 's/^ *{\(SYS_[a-z0-9_]*\), [^,]*, [^,]*, \([^,]*\),.*/\1 \2/p' lib/plan/needs.c |
    awk '/SNUG|FOLLOW|RARE/ { print $1 }' | sort -u >"$work/told"

[ -s "$work/made" ] || { echo 'base/sys.c makes no calls at all'; exit 1; }
comm -23 "$work/made" "$work/told" | sed 's|$| is made by base/sys.c and not told by plan/needs.c|'
comm -13 "$work/made" "$work/told" | sed 's|$| is told by plan/needs.c and not made by base/sys.c|'
cmp -s "$work/made" "$work/told"
