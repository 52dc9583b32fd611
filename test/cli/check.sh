#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `snug check`: a good file, and each kind of bad one.
#
#   check.sh SNUG
. "$(dirname "$0")/expect.sh"
snug=$1 file=$work/snug.conf
umask 022

# Reads the file that standard input holds.
check() { # STATUS
    cat >"$file"
    try "$1" "$snug" check "$file"
    is_calm
}

one_line() {
    [ "$(wc -l <"$work/out")" = 1 ] || fail 'does not print one line'
}

check 0 <<'END'
# A comment.
cpu.round = down
memory.headroom = 15%   # Another.
END
prints_line "$file: no problems, 2 keys set"
echo 'cpu.min = 1' | check 0
prints_line "$file: no problems, 1 key set"
: | check 0
prints_line "$file: no problems, 0 keys set"

echo 'cpu.rond = down' | check 1
one_line
prints "$file:1"
prints 'cpu.round'
printf '\ncpu.round = sideways\n' | check 1
one_line
prints "$file:2"
prints 'up, down, nearest'
printf 'cpu.round = do' | check 1
one_line
prints "$file:1"
printf '[program *\ncpu.round = down\n' | check 1
prints "$file:1"
printf '[program other]\ncpu.round = sideways\n' | check 1
prints "$file:2"
echo 'lock = no.such.*' | check 1
one_line
head -c 1000000 /dev/zero | tr '\0' 'x' | check 1
one_line
yes 'no policy at all' | head -n 10000 | check 1
one_line
{ echo 'cpu.rond = 1'; echo 'cpu.mim = 1'; } | check 1
prints "$file:1"
prints "$file:2"

chmod 666 "$file"
try 1 "$snug" check "$file"
one_line
try 1 "$snug" check "$work"
one_line
prints "$work"
try 1 "$snug" check "$work/missing"
one_line
end
