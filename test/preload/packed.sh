#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that UPX has packed: packed.sh OBJECT SNUG. Its stub unpacks it in memory and corrects
# the start vector; the object finds it there, and `snug explain --pid` too. What is static then,
# `snug run` traces: cli/unpacks.sh has more of that.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$(realpath "$1") snug=$(realpath "$2")
command -v go > /dev/null || { echo 'not installed: go'; exit 77; }
command -v upx > /dev/null || { echo 'this machine lacks upx, as Debian 12 does'; exit 77; }
[ "$(nproc)" -ge 2 ] || { echo 'one CPU cannot be presented as fewer'; exit 77; }
work=$(mktemp -d)
running=
trap '[ -z "$running" ] || kill "$running"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
failures=0
cp "$here/counts.go" .
export GO111MODULE=off GOFLAGS=

prints() { # TEXT
    tr -s '\n ' ' ' < out | grep -qF "$1" && return
    echo "no '$1' in:"
    cat out
    failures=$((failures + 1))
}

# Of the file nothing can be said, of the process all.
explains() { # PROGRAM WORDS
    "$snug" explain -- "./$1" > out
    prints "/$1: packed"
    : > count
    LD_PRELOAD=$object "./$1" sleep > count &
    running=$!
    until grep -q NumCPU count; do kill -0 $running || exit 1; sleep 0.05; done
    "$snug" explain --pid $running > out
    kill $running
    running=
    prints "/$1: Go program, "
    prints "$2"
}

CGO_ENABLED=1 go build -o plain counts.go
upx -q -o dynamic plain > out 2>&1
SNUG_CPU_COUNT=1 LD_PRELOAD=$object ./dynamic > out
prints 'NumCPU 1'
explains dynamic 'libc: glibc'
CGO_ENABLED=0 go build -o plain counts.go
upx -q -o static plain > out 2>&1
explains static 'The program is static'
if ! "$snug" explain --cpu.count=1 -- ./static | tr -s '\n ' ' ' | grep -q 'run traces the start'; then
    echo 'machine lacks the right to trace'
    exit "$failures"
fi
for option in --init --log=off; do
    "$snug" run $option --cpu.count=1 -- ./static > out 2>&1
    prints 'NumCPU 1'
done
# It follows from outside too, and has its release from there.
"$snug" run --init --follow=on --log=info --memory.limit=300M -- ./static > out 2>&1
prints "NumCPU $(nproc)"
! grep -q 'no memory' out || { cat out; failures=$((failures + 1)); }
# One that is not Go is as without.
printf 'int main(void) { return 3; }\n' > main.c
if cc -static -o plain main.c 2> out; then
    upx -q -o other plain > out 2>&1
    for option in --init --log=off; do
        status=0
        "$snug" run $option --cpu.count=1 -- ./other > out 2>&1 || status=$?
        [ "$status" = 3 ] || { echo "status $status"; cat out; failures=$((failures + 1)); }
    done
fi
exit "$failures"
