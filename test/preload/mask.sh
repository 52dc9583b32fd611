#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Masks that a program sets itself: mask.sh OBJECT. What C code has read it can put back without
# harm, and what it sets while the start window is open stays. The kernel is asked in the end.
set -eu
object=$1
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ "$(nproc)" -ge 2 ] || exit 77 # Nothing can be narrowed.

line() { # LABEL WANTED GOT
    [ "$2" = "$3" ] && return
    printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}

cat > "$work/put.c" <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static cpu_set_t before, one;

static int kernels_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    syscall(SYS_sched_getaffinity, 0, sizeof set, &set);
    return CPU_COUNT(&set);
}

static void *count(void *ret)
{
    *(int *)ret = kernels_count();
    return ret;
}

static void *restore(void *ret)
{
    sched_setaffinity(0, sizeof one, &one);
    sched_setaffinity(0, sizeof before, &before);
    return count(ret);
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t attr;
    int n = -1;
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&one);
    for (int i = 0; !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    printf("%d", CPU_COUNT(&before));
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    pthread_setaffinity_np(pthread_self(), sizeof before, &before);
    printf(" %d", kernels_count());
    pthread_create(&thread, NULL, restore, &n);
    pthread_join(thread, NULL);
    printf(" %d", n);
#ifdef __GLIBC__
    pthread_attr_init(&attr);
    pthread_attr_setaffinity_np(&attr, sizeof before, &before);
    pthread_create(&thread, &attr, count, &n);
    pthread_join(thread, NULL);
    (void)pthread_attr_setaffinity_np(&attr, 0, NULL);
#else
    (void)attr;
#endif
    errno = 0;
    const int r = sched_setaffinity(0, sizeof before, (cpu_set_t *)8);
    printf(" %d %d %d\n", n, r, errno == EFAULT);
}
END
for cc in cc musl-gcc; do
    command -v $cc > "$work/where" || continue
    $cc -o "$work/put" "$work/put.c" -lpthread
    line "$cc, plain" '2 2 2 2 -1 1' "$(taskset -c 0-1 "$work/put")"
    line "$cc" '1 2 2 2 -1 1' "$(SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$object \
        taskset -c 0-1 "$work/put")"
done

# A library of a Go program opens the window and pins the process.
if command -v go > "$work/where"; then
    cat > "$work/main.go" <<'END'
package main

/*
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
__attribute__((constructor)) static void pin(void)
{
    static pthread_attr_t attr;
    cpu_set_t set;
    pthread_attr_init(&attr);
    CPU_ZERO(&set);
    CPU_SET(atoi(getenv("PIN")), &set);
    sched_setaffinity(0, sizeof set, &set);
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

func main() {
	status, _ := os.ReadFile("/proc/self/status")
	fmt.Println(runtime.NumCPU(), strings.Fields(strings.Split(string(status), "Cpus_allowed_list:")[1])[0])
}
END
    (cd "$work" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o program main.go)
    for pin in 0 1; do
        line "pinned to $pin before Go starts" "1 $pin" \
            "$(PIN=$pin SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$work/program")"
    done
else
    echo 'not installed: go'
fi
exit "$failures"
