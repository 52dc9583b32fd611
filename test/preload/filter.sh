#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Seccomp filters that refuse, or kill for, the calls that snug makes and a Go program does not:
# filter.sh OBJECT FILTER. The program must start as ever, with the count said in one way or the
# other: by the mask where that is possible, else by GOMAXPROCS.
set -eu
object=$1 filter=$(realpath "$2")
command -v go > /dev/null || { echo 'not installed: go'; exit 77; }
[ "$(nproc)" -ge 2 ] || { echo 'one CPU cannot be presented as fewer'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > main.go << 'END'
package main

import "C"
import (
	"fmt"
	"runtime"
)

func main() { fmt.Println(runtime.NumCPU(), runtime.GOMAXPROCS(0)) }
END
GO111MODULE=off GOFLAGS= go build -o program main.go

case $(uname -m) in
x86_64) setaffinity=203 getcpu=309 wait4=61 ;;
aarch64) setaffinity=122 getcpu=168 wait4=260 ;;
*) exit 77 ;;
esac
n_cpus=$(./program | cut -d' ' -f1)
failures=0

expect() { # LABEL NUMCPU ACTION NUMBER
    r=0
    found=$(SNUG_CPU_COUNT=1 "$filter" "$3" "$4" /usr/bin/env LD_PRELOAD="$object" \
        ./program 2>&1) || r=$?
    [ "$r" != 77 ] || exit 77
    [ "$r $found" = "0 $2 1" ] && return
    echo "$1: expected '$2 1', got '$found' and exit code $r"
    failures=$((failures + 1))
}

expect 'a filter that does not matter' 1 allow $setaffinity
expect 'sched_setaffinity is refused' "$n_cpus" refuse $setaffinity
expect 'sched_setaffinity kills' "$n_cpus" kill $setaffinity
expect 'getcpu kills' 1 kill $getcpu
expect 'wait4 is refused' 1 refuse $wait4
expect 'wait4 kills, so the trial has no answer' "$n_cpus" kill $wait4
exit "$failures"
