#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The loader started by hand, with the program as its argument: loader.sh OBJECT SNUG. glibc's
# corrects AT_PHDR for it, musl's leaves its own there. The program is served as ever, by the keys
# of its own section, and `snug explain` says so.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$(realpath "$1") snug=$(realpath "$2")
command -v go > /dev/null || { echo 'not installed: go'; exit 77; }
[ "$(nproc)" -ge 2 ] || { echo 'one CPU cannot be presented as fewer'; exit 77; }
work=$(mktemp -d)
running=
trap '[ -z "$running" ] || kill "$running"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
failures=0
cp "$here/counts.go" .
export GO111MODULE=off GOFLAGS= CGO_ENABLED=1

cat > policy << 'END_OF_FILE'
[program program*]
cpu.count = 1
END_OF_FILE
chmod 644 policy
export SNUG_POLICY="$work/policy"

fail() { # WORD…
    echo "$*"
    cat out
    failures=$((failures + 1))
}

counts_one() { # COMMAND…
    "$@" > out 2>&1 || true
    grep -qx 'NumCPU 1' out || fail "$@"
}

explains() { # ARGUMENT…
    "$snug" explain "$@" > out 2>&1 || true
    # Long lines are broken between words.
    tr -s ' \n' ' ' < out > words
    grep -q ' program [^ ]*/program[a-z-]*: Go program, .* by hand .* CPUs 1 (' words &&
        ! grep -q Notes out || fail explain "$@"
}

try() { # LOADER PROGRAM
    loader=$1 program=$2
    counts_one env LD_PRELOAD="$object" "./$program"
    counts_one env LD_PRELOAD="$object" "$loader" "./$program"
    counts_one "$loader" --preload "$object" "./$program"
    counts_one env LD_PRELOAD="$object" "$loader" --argv0 other "./$program"
    counts_one env LD_PRELOAD="$object" "$loader" --library-path "$work" "./$program"
    explains -- "$loader" "./$program"
    explains -- "$loader" --argv0 other --preload "$object" "./$program" an argument
    explains -- "$loader" --library-path "$work" "./$program"
    env LD_PRELOAD="$object" "$loader" "./$program" sleep > out &
    running=$!
    until grep -q NumCPU out; do kill -0 $running || exit 1; sleep 0.05; done
    explains --pid $running
    kill $running
    running=
}

loader() { # FILE, prints the loader that it names
    readelf -lW "$1" | sed -n 's/.*interpreter: \(.*\)\]/\1/p'
}

go build -ldflags=-linkmode=external -o program counts.go
try "$(loader program)" program
go build -buildmode=pie -o program-pie counts.go
try "$(loader program-pie)" program-pie
# Without the checks that Ubuntu's compiler adds, whose functions musl has not.
if command -v musl-gcc > /dev/null; then
    export CGO_CFLAGS='-O2 -g -U_FORTIFY_SOURCE'
    CC=musl-gcc go build -ldflags=-linkmode=external -o program-musl counts.go
    try "$(loader program-musl)" program-musl
    go build -ldflags="-linkmode=internal -I $(loader program-musl)" -o program-internal counts.go
    try "$(loader program-musl)" program-internal
fi
exit "$failures"
