#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# span.align with programs that map, change and unmap: ranges.sh OBJECT MAPPED CROWD ALIGNED.
# With SNUG_LONG set, a minute of 64 threads.
set -eu
object=$1 mapped=$2 crowd=$3 aligned=$4
failures=0
seconds=3
[ -z "${SNUG_LONG-}" ] || seconds=60
export SNUG_SCOPE=all

works() { # VARIABLE… PROGRAM ARGUMENT…
    echo "# $*"
    r=0
    env LD_PRELOAD="$object" "$@" || r=$?
    [ "$r" = 0 ] || { echo "status $r"; failures=$((failures + 1)); }
}

# What a program may rely on is the same without snug, with the key off, and with it.
works SNUG=off "$mapped"
works SNUG_SPAN_ALIGN=off "$mapped"
works SNUG_SPAN_ALIGN=64K "$mapped"
works SNUG_SPAN_CACHE=16M "$mapped" # Is no key any more: nothing is kept.
works SNUG_SPAN_ALIGN=16K "$crowd" 64 $seconds
works SNUG_SPAN_ALIGN=2M "$aligned" 2097152
works SNUG_SPAN_ALIGN=16M "$aligned" 16777216

# C code in the image of a Go program has its ranges aligned. The runtime's own are mapped as it
# asks: none in the length that aligning 256 KiB would take.
go_program() {
    cat > "$work/main.go" << 'END'
package main

/*
#include <sys/mman.h>

static char *map(size_t n)
{
	return mmap(0, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int aligns(void)
{
	return (unsigned long)map(5 << 20) % (2 << 20) == 0;
}
*/
import "C"
import (
	"os"
	"runtime"
)

func main() {
	var keep [][]byte
	for i := 0; i < 100; i++ {
		keep = nil
		for k := 0; k < 64; k++ {
			keep = append(keep, make([]byte, 100000))
		}
		runtime.GC()
	}
	if C.aligns() == 0 || len(keep) != 64 {
		os.Exit(1)
	}
}
END
    (cd "$work" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o program main.go)
    works SNUG_SPAN_ALIGN=2M "$work/program"
    if command -v strace > "$work/where"; then
        SNUG_SCOPE=go SNUG_SPAN_ALIGN=128K strace -f -o "$work/trace" -e trace=mmap,munmap \
            -E LD_PRELOAD="$object" "$work/program" || :
        n=$(grep -c 'mmap(NULL, 262144, PROT_READ|PROT_WRITE,' "$work/trace" || :)
        n_more=$(grep -c 'mmap(NULL, 389120, PROT_READ|PROT_WRITE,' "$work/trace" || :)
        echo "$n mappings of 256 KiB as the Go runtime asks, $n_more with more"
        [ "$n" -ge 1 ] && [ "$n_more" = 0 ] || failures=$((failures + 1))
    fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if command -v go > "$work/where"; then
    go_program
else
    echo 'not installed: go'
    [ "$failures" != 0 ] || exit 77
fi
exit "$failures"
