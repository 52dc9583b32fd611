#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Libraries that count CPUs in their constructors, built with the machine's own compilers:
# early.sh OBJECT. With cpu.count = 1 each must see one CPU.
set -eu
object=$1
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

line() { # FILE NAME VALUE
    grep -qx "$2 $3" "$1" && return
    printf 'expected "%s %s", got "%s"\n' "$2" "$3" "$(grep "^$2 " "$1")"
    failures=$((failures + 1))
}

[ "$(nproc)" -ge 2 ] || exit 77 # One CPU cannot be presented as fewer.

# A library counts in its constructor, as libgomp and OpenBLAS do, which glibc runs before that of
# the object.
cat > "$work/early.c" <<'END'
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/sysinfo.h>
#include <unistd.h>
static int n;
__attribute__((constructor)) static void count(void)
{
    cpu_set_t mask;
    DOOR;
    (void)mask;
}
void show(void) { printf("early %d\n", n); }
END
echo 'void show(void); int main(void) { show(); }' > "$work/main.c"
for cc in cc musl-gcc; do
    command -v $cc > "$work/where" || continue
    while read -r door; do
        $cc -shared -fPIC "-DDOOR=$door" -o "$work/libearly.so" "$work/early.c"
        $cc -o "$work/early" "$work/main.c" -L"$work" -learly "-Wl,-rpath,$work"
        SNUG_SCOPE=all SNUG_CPU_COUNT=1 LD_PRELOAD=$object "$work/early" > "$work/counted"
        line "$work/counted" early 1
    done <<'END'
n=sysconf(_SC_NPROCESSORS_ONLN)
n=get_nprocs()
sched_getaffinity(0,sizeof(mask),&mask),n=CPU_COUNT(&mask)
pthread_getaffinity_np(pthread_self(),sizeof(mask),&mask),n=CPU_COUNT(&mask)
END
done
exit "$failures"
