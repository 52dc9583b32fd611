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

/* The first three without one of them: each way to pin has a mask that no other has set. */
static void choose(int without)
{
    int n = 0;
    CPU_ZERO(&some);
    for (int i = 0; n < 3; i++)
        if (CPU_ISSET(i, &whole) && n++ != without)
            CPU_SET(i, &some);
}

static void print(const cpu_set_t *asked)
{
    cpu_set_t real;
    ask_kernel(&real);
    printf("%d %d ", CPU_EQUAL(asked, &some), CPU_EQUAL(&real, &whole));
}

static void *look(void *unused)
{
    cpu_set_t asked;
    pthread_getaffinity_np(pthread_self(), sizeof asked, &asked);
    printf("%d ", CPU_EQUAL(&asked, &some));
    return unused;
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
    pthread_attr_t attr;
    cpu_set_t saved, asked;
    ask_kernel(&whole);
    choose(0);
    sched_getaffinity(0, sizeof saved, &saved);
    sched_setaffinity(0, sizeof some, &some);
    sched_getaffinity(0, sizeof asked, &asked);
    sched_setaffinity(0, sizeof saved, &saved);
    print(&asked);
    sched_setaffinity(0, sizeof some, &some);
    sched_setaffinity(0, sizeof whole, &whole);
    sched_getaffinity(0, sizeof asked, &asked);
    printf("%d ", CPU_COUNT(&asked));
    choose(1);
    pthread_create(&thread, NULL, pin, NULL);
    pthread_join(thread, NULL);
    choose(2);
    pthread_attr_init(&attr);
    pthread_attr_setaffinity_np(&attr, sizeof some, &some);
    pthread_create(&thread, &attr, look, NULL);
    pthread_join(thread, NULL);
    return 0;
}
END
cc -o "$work/some" "$work/some.c" -lpthread
SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$work/some" > "$work/said"
[ "$(cat "$work/said")" = '1 1 1 1 1 1 ' ] || {
    printf 'expected "1 1 1 1 1 1 ", got "%s"\n' "$(cat "$work/said")"
    exit 1
}
