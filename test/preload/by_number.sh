#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A thread reads its mask as that of the calling thread, and puts it back by its number. It is this
# process's, although no /proc says so: by_number.sh OBJECT.
set -eu
object=$1
n_cpus=$(nproc)
if [ "$n_cpus" -lt 2 ]; then
    echo 'machine lacks a second CPU'
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cat > "$work/number.c" <<'END'
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
static void *put_back(void *unused)
{
    cpu_set_t set;
    const pid_t id = (pid_t)syscall(SYS_gettid);
    sched_getaffinity(0, sizeof set, &set);
    const int n = CPU_COUNT(&set);
    sched_setaffinity(id, sizeof set, &set);
    CPU_ZERO(&set);
    syscall(SYS_sched_getaffinity, id, sizeof set, &set);
    printf("shown %d\nkernel %d\n", n, CPU_COUNT(&set));
    return unused;
}
int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, put_back, NULL);
    return pthread_join(thread, NULL);
}
END
cc -o "$work/number" "$work/number.c" -lpthread

run() {
    "$@"
}
if unshare -m umount -l /proc 2> "$work/why"; then
    run() {
        unshare -m sh -c 'umount -l /proc && exec "$@"' sh "$@"
    }
fi
run env SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD="$object" "$work/number" > "$work/put"
cat "$work/put"
grep -qx 'shown 1' "$work/put"
grep -qx "kernel $n_cpus" "$work/put"
