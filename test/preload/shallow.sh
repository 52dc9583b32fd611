#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Threads with the smallest stack that libc gives: shallow.sh OBJECT EMPTY. A program that is shown
# nothing calls the affinity functions from as deep as it does with an empty object, and one that is
# shown fewer CPUs than it has from a stack that has 3 KiB less.
set -eu
object=$1 empty=$2 failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
ulimit -c 0

cat >"$work/deep.c" <<'END'
#define _GNU_SOURCE
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cpu_set_t set;
static const char *call;

static long level_bytes;

static void __attribute__((noinline)) go_down(long levels)
{
    static char *above;
    char frame[64];
    level_bytes = above - frame;
    above = frame;
    memset(frame, (int)levels, sizeof frame);
    if (levels > 0)
        go_down(levels - 1);
    else if (strcmp(call, "get") == 0)
        sched_getaffinity(0, sizeof set, &set);
    else if (strcmp(call, "set") == 0)
        sched_setaffinity(0, sizeof set, &set);
    else if (strcmp(call, "get_by_handle") == 0)
        pthread_getaffinity_np(pthread_self(), sizeof set, &set);
    else
        pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    __asm__ volatile("" : : "r"(frame) : "memory");
}

static void *run(void *levels)
{
    go_down((long)levels);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_attr_t attr;
    pthread_t thread;
    if (argc < 3)
        return 1;
    call = argv[1];
    sched_getaffinity(0, sizeof set, &set);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
    const int r = pthread_create(&thread, &attr, run, (void *)atol(argv[2])) || pthread_join(thread, NULL);
    printf("%ld\n", level_bytes);
    return r;
}
END
cc -O1 -U_FORTIFY_SOURCE -o "$work/deep" "$work/deep.c" -lpthread

# The deepest call that the program survives.
deepest() { # CALL OBJECT
    local low=0 high=4096 middle
    while [ $((high - low)) -gt 1 ]; do
        middle=$(((low + high) / 2))
        if LD_PRELOAD=$2 "$work/deep" "$1" $middle >"$work/level"; then low=$middle; else high=$middle; fi
    done 2>"$work/where"
    echo $low
}

for call in get set get_by_handle set_by_handle; do
    wanted=$(deepest $call "$empty")
    found=$(deepest $call "$object")
    [ "$wanted" -gt 16 ] || { echo "$call: only $wanted levels with an empty object"; failures=1; }
    [ "$found" -ge $((wanted - 4)) ] || { echo "$call: $found levels, with an empty object $wanted"; failures=1; }
done

bytes=$(LD_PRELOAD=$empty "$work/deep" get 2)
[ "$bytes" -ge 64 ] || { echo "a level takes $bytes bytes"; failures=1; }
export SNUG_SCOPE=all SNUG_CPU_COUNT=1
for call in get set get_by_handle set_by_handle; do
    wanted=$(deepest $call "$empty")
    found=$(deepest $call "$object")
    [ $(((wanted - found - 2) * bytes)) -le 3072 ] ||
        { echo "$call: $found levels of $bytes bytes, with an empty object $wanted"; failures=1; }
done
exit $failures
