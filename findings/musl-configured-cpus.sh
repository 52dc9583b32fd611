#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# musl's sysconf(_SC_NPROCESSORS_CONF), the "configured" CPUs, counts the CPUs of the calling
# thread's mask, as its _SC_NPROCESSORS_ONLN does.
#
# Seen with musl 1.2.3-1 of Debian, amd64, on 2 CPUs. Each line is CONF and ONLN:
#
#   2 2     at the start
#   1 1     after the program has pinned itself to its first CPU
#
# So a program that sizes a table by the configured CPUs and then takes numbers from
# sched_getcpu() writes past its end when it runs pinned to the last CPU, and a count that is
# read after pinning is 1. The number of CPUs of the machine is in /sys/devices/system/cpu.
#
# Needs a C compiler, two CPUs, curl, dpkg, and a mirror of Debian that still has the package, or
# snapshot.debian.org. Ends with 77 where these are missing.
set -euo pipefail

mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}
package=musl-dev_1.2.3-1_amd64.deb
sum=7c34f29a0c1aa12f6da1d25ed6de6fe6bbd9e048ee76b3dcb88c5e51fb65507f

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD

[ "$(uname -m)" = x86_64 ] && [ "$(nproc)" -ge 2 ] || exit 77
for from in "$mirror" http://snapshot.debian.org/archive/debian/20240101T000000Z; do
    ! curl -fsSL -O "$from/pool/main/m/musl/$package" || break
done
[ -e $package ] || { echo "no mirror has $package" >&2; exit 77; }
echo "$sum  $package" | sha256sum --check --quiet || exit 77
dpkg -x $package musl

cat >count.c <<'END'
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static void print_counts(void)
{
    printf("%ld %ld\n", sysconf(_SC_NPROCESSORS_CONF), sysconf(_SC_NPROCESSORS_ONLN));
}

int main(void)
{
    cpu_set_t mask;
    cpu_set_t first;
    int cpu = 0;

    print_counts();
    if (sched_getaffinity(0, sizeof(mask), &mask))
        return 1;
    while (!CPU_ISSET(cpu, &mask))
        cpu++;
    CPU_ZERO(&first);
    CPU_SET(cpu, &first);
    if (sched_setaffinity(0, sizeof(first), &first))
        return 1;
    print_counts();
    return 0;
}
END
objects=musl/usr/lib/x86_64-linux-musl
cc -O -fno-pie -no-pie -fno-stack-protector -static -nostdlib -nostdinc \
    -isystem musl/usr/include/x86_64-linux-musl -o count \
    $objects/crt1.o $objects/crti.o count.c $objects/libc.a -lgcc $objects/crtn.o || exit 77

n_cpus=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
seen=$(./count)
if [ "$seen" != "$n_cpus $n_cpus"$'\n1 1' ]; then
    echo "musl-configured-cpus: on $n_cpus CPUs musl says" $seen >&2
    exit 1
fi
echo "as described"
