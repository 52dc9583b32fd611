#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Starts that something comes in between: threads before any start, signals and forks in the
# window, a Go library loaded twice, many starts at a time. Each program prints what the
# kernel says of its masks; one line that differs fails.
#
#   races.sh [--long] BUILD
set -euo pipefail
. "$(dirname "$0")/tap.sh"
top=$here/../..
n_starts=200 n_signals=100 n_early=3
[ -z "$long" ] || n_starts=10000 n_signals=2000 n_early=50
export GO111MODULE=off GOFLAGS= GOTOOLCHAIN=local CGO_ENABLED=1

# Everything shown to C code, and one CPU of however many there are.
under() { # VARIABLE… COMMAND…
    env SNUG_SCOPE=all SNUG_CPU_COUNT=1 SNUG_THREADS_WARN=100000 LD_PRELOAD="$object" "$@"
}

# Output and exit code of N runs under snug are those of one without.
repeat() { # LABEL N COMMAND…
    local label=$1 n=$2 i status=0
    shift 2
    "$@" >"$work/plain" 2>&1 || echo "exit code $?" >>"$work/plain"
    for ((i = 0; i < n && !status; i++)); do
        under "$@" >"$work/snug" 2>&1 || echo "exit code $?" >>"$work/snug"
        diff "$work/plain" "$work/snug" >"$work/why" || status=1
    done
    result $status "$label, $n times"
}

# Threads that call hooks before snug has started, and every way to make a process.
check_early() {
    local libc compiler
    for libc in glibc musl; do
        compiler=gcc
        [ $libc = glibc ] || compiler=musl-gcc
        $compiler -O1 -U_FORTIFY_SOURCE -o "$work/early-$libc" "$here/early.c" -ldl -lpthread
        EARLY=constructor repeat "64 threads before main, $libc" $n_early \
            "$work/early-$libc" constructor "$object"
        EARLY=late repeat "64 threads that load it themselves, $libc" $n_early \
            env -u LD_PRELOAD "$work/early-$libc" late "$object"
    done
}

# Eleven ways to make a child, each in a window that has just been opened.
check_ways() {
    local status=0
    CGO_CFLAGS="-O1 -I$here" go build -o "$work/alarmed" "$here/alarmed.go"
    WAYS=$(grep Cpus_allowed: /proc/self/status) under "$work/alarmed" >"$work/why" 2>&1 ||
        status=1
    grep -qx '0 narrow false 11 opened' "$work/why" || status=1
    result $status 'every way to make a child in the window'
}

# The timer goes off at another moment of the start each time.
check_signals() {
    local i status=0 n_reached=0
    for ((i = 0; i < n_signals && !status; i++)); do
        ALARM_USEC=$((1 + i % 100)) under "$work/alarmed" >"$work/why" 2>&1 || status=1
        grep -q '^0 narrow' "$work/why" || status=1
        ! grep -q true "$work/why" || n_reached=$((n_reached + 1))
    done
    [ $status != 0 ] || [ $n_reached -gt 0 ] ||
        { echo 'no signal ever came' >"$work/why" && status=1; }
    result $status "signals whose handlers fork while the runtime starts, $n_signals times"
}

# A Go library in a C program, loaded, let go of, and loaded again.
check_libraries() {
    mkdir "$work/library"
    cat >"$work/library/part.go" <<'END'
package main

import "C"
import "runtime"

//export Count
func Count() int { return runtime.GOMAXPROCS(0) + runtime.NumCPU() }

func main() {}
END
    (cd "$work/library" && go build -buildmode=c-shared -o ../part.so part.go)
    cat >"$work/loads.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    unsigned long mask[16] = {0};
    for (int i = 0; i < 2; i++) {
        void *library = dlopen(argv[1], RTLD_NOW);
        long (*count)(void) = library ? (long (*)(void))dlsym(library, "Count") : NULL;
        printf("%ld\n", count ? count() : -1);
        if (library)
            dlclose(library);
    }
    syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    printf("%lx\n", mask[0]);
    return argc != 2;
}
END
    gcc -o "$work/loads" "$work/loads.c" -ldl
    repeat 'a Go library that is loaded twice' $n_early "$work/loads" "$work/part.so"
}

# The code between threads under ThreadSanitizer: the window, and the counters.
check_sanitized() {
    local status=0
    gcc -std=gnu17 -D_GNU_SOURCE -g -O1 -fsanitize=thread -I"$top/include" -o "$work/hammer" \
        -DSNUG_VERSION='"0"' "$here/hammer.c" "$top"/lib/apply/{caller,main_thread,window}.c "$top"/lib/stats/counters.c \
        "$top"/lib/base/*.c >"$work/why" 2>&1 || status=1
    [ $status != 0 ] || "$work/hammer" >"$work/why" 2>&1 || status=1
    result $status 'ThreadSanitizer: window and counters from 8 threads'
}

# Many starts at a time: each prints what a start without snug does, but for one CPU.
check_starts() {
    local program name n_each=$((n_starts / 4))
    for name in "$newest-external" "$newest-internal" "$newest-pie" "$newest-musl-internal"; do
        program=$bin/$name
        rm -rf "$work/outputs"
        mkdir "$work/outputs"
        "$program" 2>&1 | sed -E 's/^(NumCPU|GOMAXPROCS|C sysconf_onln|C get_nprocs) .*/\1 1/
            s/^(C (sched|pthread)_getaffinity.*) .*/\1 1/; $a exit code 0' >"$work/wanted"
        seq $n_each | SNUG_CPU_COUNT=1 SNUG_MEMORY_LIMIT=off xargs -P 8 -I{} \
            env LD_PRELOAD="$object" sh -c \
            '"$1" >"$2/$3" 2>&1; echo "exit code $?" >>"$2/$3"' sh "$program" "$work/outputs" {}
        find "$work/outputs" -type f -exec md5sum {} + | cut -d' ' -f1 | sort | uniq -c |
            sort -rn >"$work/why"
        [ "$(awk '{ print $1, $2 }' "$work/why")" = \
            "$n_each $(md5sum <"$work/wanted" | cut -d' ' -f1)" ] && status=0 || status=1
        result $status "$name: $n_each starts, 8 at a time, without one difference"
    done
}

check_early
check_ways
check_signals
check_libraries
check_sanitized
check_starts
finish
