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
x86_64) setaffinity=203 getcpu=309 wait4=61 prctl=157 prlimit64=302 ;;
aarch64) setaffinity=122 getcpu=168 wait4=260 prctl=167 prlimit64=261 ;;
*) exit 77 ;;
esac
n_cpus=$(./program | cut -d' ' -f1)
failures=0

expect() { # LABEL NUMCPU ACTION NUMBER
    r=0
    # From Go 1.25 on the runtime itself calls prctl, to name its mappings.
    found=$(SNUG_CPU_COUNT=1 GODEBUG=decoratemappings=0 "$filter" "$3" "$4" /usr/bin/env LD_PRELOAD="$object" \
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
expect 'prctl kills, and is not needed' 1 kill $prctl
expect 'prlimit64 is refused' 1 refuse $prlimit64

# A trial that ends by the filter leaves no core dump of the program, however it is to be
# written; and where nothing is narrowed there is no trial at all.

wrong() { # LABEL FILE
    echo "$1:"
    head -n 40 "$2"
    failures=$((failures + 1))
}

# The calls of a start under a filter that kills for sched_setaffinity.
trace() { # COUNT COMMAND…
    count=$1
    shift
    SNUG_CPU_COUNT=$count strace -f -o trace "$@" "$filter" kill $setaffinity \
        /usr/bin/env LD_PRELOAD="$object" ./program > out 2>&1
}

if (ulimit -c unlimited) 2> err && strace -o trace true 2> err; then
    ulimit -c unlimited
    trace 1
    grep -q 'killed by SIGSYS' trace || wrong 'nothing was tried' trace
    ! grep 'killed by SIGSYS (core dumped)' trace || wrong 'a trial dumps core' trace
    # A process that may not raise its limit, and one whose libc refuses the call.
    if [ "$(id -u)" = 0 ] && command -v setpriv > out; then
        trace 1 setpriv --bounding-set -sys_resource --inh-caps -all prlimit --core=0:0
        grep -q 'killed by SIGSYS' trace || wrong 'nothing was tried at limit 0' trace
        grep -q 'prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE' trace ||
            wrong 'a trial at limit 0 calls the handler of dumps' trace
    fi
    trace "$n_cpus"
    ! grep 'killed by SIGSYS' trace || wrong 'a trial where nothing is narrowed' trace
    ! grep 'CLONE_VFORK' trace || wrong 'a child where nothing is narrowed' trace
    trace off
    ! grep 'CLONE_VFORK' trace || wrong 'a child where no count is said' trace
fi
exit "$failures"
