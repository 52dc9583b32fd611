#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What snug adds to the start of a Go program, against an object that is empty: start.sh OBJECT
# EMPTY. Builds a cgo program with the Go that is installed. The budget is 30 system calls.
set -eu
object=$1 empty=$2
for tool in go strace valgrind; do
    command -v "$tool" > /dev/null || { echo "not installed: $tool"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cat > "$work/main.go" << 'END'
package main

import "C"
import "os"

func main() { os.Exit(0) }
END
(cd "$work" && GO111MODULE=off GOFLAGS= go build -o program main.go)

# All that the first thread does until the runtime's first mapping and the vector's last reader:
# later calls differ from run to run, since threads do.
calls() { # PRELOAD
    SNUG_CPU_COUNT=1 strace -o "$work/trace" -E LD_PRELOAD="$1" "$work/program"
    grep -vc 'futex\|rt_sig\|clone\|madvise\|exited' "$work/trace"
}

# The fewest of five runs. Valgrind does not stand the signals of asynchronous preemption.
instructions() { # PRELOAD
    for round in 1 2 3 4 5; do
        GODEBUG=asyncpreemptoff=1 LD_PRELOAD=$1 valgrind --tool=callgrind \
            --callgrind-out-file=/dev/null "$work/program" 2>&1 |
            sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
    done | sort -n | head -n 1
}

plain=$(calls "$empty")
ours=$(calls "$object")
echo "system calls of a Go start: $plain with an empty object, $ours with snug"
echo "instructions of a Go start: $(instructions "$empty") with an empty object," \
    "$(instructions "$object") with snug"
[ $((ours - plain)) -le 30 ]
