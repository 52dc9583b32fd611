#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that pins its threads to some CPUs, more than are shown: pins.sh OBJECT. It saves the
# mask, pins a thread, asks whether it has the mask, and puts back what it saved. To set all CPUs is
# to undo a pin: then the count is shown as before.
set -eu
object=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
[ "$(nproc)" -ge 3 ] || exit 77 # Some of two are not more than one.

cat > "$work/some.c" <<'END'
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static cpu_set_t whole, some;

static void ask_kernel(cpu_set_t *ret)
{
    CPU_ZERO(ret);
    syscall(SYS_sched_getaffinity, 0, sizeof *ret, ret);
}

static void print(const cpu_set_t *asked)
{
    cpu_set_t real;
    ask_kernel(&real);
    printf("%d %d ", CPU_EQUAL(asked, &some), CPU_EQUAL(&real, &whole));
}

static void *pin(void *unused)
{
    cpu_set_t saved, asked;
    pthread_getaffinity_np(pthread_self(), sizeof saved, &saved);
    pthread_setaffinity_np(pthread_self(), sizeof some, &some);
    pthread_getaffinity_np(pthread_self(), sizeof asked, &asked);
    pthread_setaffinity_np(pthread_self(), sizeof saved, &saved);
    print(&asked);
    return unused;
}

int main(void)
{
    pthread_t thread;
    cpu_set_t saved, asked;
    ask_kernel(&whole);
    CPU_ZERO(&some);
    for (int i = 0; CPU_COUNT(&some) < 2; i++)
        if (CPU_ISSET(i, &whole))
            CPU_SET(i, &some);
    sched_getaffinity(0, sizeof saved, &saved);
    sched_setaffinity(0, sizeof some, &some);
    sched_getaffinity(0, sizeof asked, &asked);
    sched_setaffinity(0, sizeof saved, &saved);
    print(&asked);
    sched_setaffinity(0, sizeof some, &some);
    sched_setaffinity(0, sizeof whole, &whole);
    sched_getaffinity(0, sizeof asked, &asked);
    printf("%d ", CPU_COUNT(&asked));
    fflush(stdout);
    pthread_create(&thread, NULL, pin, NULL);
    pthread_join(thread, NULL);
    return 0;
}
END
cc -o "$work/some" "$work/some.c" -lpthread
SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$work/some" > "$work/said"
[ "$(cat "$work/said")" = '1 1 1 1 1 ' ] || {
    printf 'expected "1 1 1 1 1 ", got "%s"\n' "$(cat "$work/said")"
    exit 1
}
