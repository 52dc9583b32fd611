#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that was linked before glibc 2.4 calls lio_listio(LIO_WAIT, …), and it returns at once
# with 0: the reads are still under way, and one that fails is not reported. Under 2.31 the same
# program waits.
#
# Seen with glibc 2.31-13+deb11u11 of Debian 11 and 2.41-12+deb13u5 of Debian 13, amd64, the same
# program under both. It reads from a pipe that is written 300 ms later, then from a descriptor that
# is not open:
#
#                         2.31            2.41
#   lio_listio@2.2.5      0 done, -1      0 under way, 0
#   lio_listio@2.4        0 done, -1      0 done, -1
#
# The older version of the function sets a bit in the mode. Its source masks the bit out only where
# the version is asked for in librt, and the function lives in libc now. LIO_WAIT with the bit is not
# LIO_WAIT. The buffers may lie on a stack that the caller gives up, so it should wait by
# aio_suspend(3) as well.
#
# Needs a C compiler, curl, dpkg, and a mirror of Debian that still has the packages, or
# snapshot.debian.org. Ends with 77 where these are missing.
set -euo pipefail

mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD

[ "$(uname -m)" = x86_64 ] || exit 77
fetch() { # VERSION SHA256
    local from package=libc6_$1_amd64.deb
    for from in "$mirror" http://snapshot.debian.org/archive/debian/20261125T000000Z; do
        ! curl -fsSL -O "$from/pool/main/g/glibc/$package" || break
    done
    [ -e "$package" ] || { echo "no mirror has $package" >&2; exit 77; }
    echo "$2  $package" | sha256sum --check --quiet || exit 77
    dpkg -x "$package" "$1"
}
old=2.31-13+deb11u11
new=2.41-12+deb13u5
fetch $old 05f7264da867b37f4c5ce49266b558ea1e81e05a9464f623152fca70f3550282
fetch $new b59b0625cd1a791375d40dab23a4d5d3d0641e3d0a773501becdc3725b7f99cf

cat >list.c <<'END'
#include <aio.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

typedef int list_fn(int, struct aiocb *const *, int, struct sigevent *);
list_fn list_old, list_new;
__asm__(".symver list_old, lio_listio@GLIBC_2.2.5\n"
        ".symver list_new, lio_listio@GLIBC_2.4");

static void ask(const char *label, list_fn *list)
{
    static char byte;
    static struct aiocb good, bad;
    struct aiocb *one[1] = {&good};
    int ends[2];

    if (pipe(ends))
        _exit(1);
    good = (struct aiocb){.aio_fildes = ends[0], .aio_buf = &byte, .aio_nbytes = 1,
                          .aio_lio_opcode = LIO_READ};
    bad = good;
    bad.aio_fildes = -1;
    if (fork() == 0) {
        usleep(300000);
        _exit(write(ends[1], "x", 1) != 1);
    }
    printf("%s %d ", label, list(LIO_WAIT, one, 1, NULL));
    printf(aio_error(&good) == EINPROGRESS ? "under way, " : "done, ");
    while (aio_error(&good) == EINPROGRESS)
        usleep(1000);
    one[0] = &bad;
    printf("%d\n", list(LIO_WAIT, one, 1, NULL));
    fflush(stdout);
    while (aio_error(&bad) == EINPROGRESS)
        usleep(1000);
}

int main(void)
{
    ask("2.2.5", list_old);
    ask("2.4", list_new);
    return 0;
}
END
# Linked as an old program is: by the older libc, that has the function in librt.
libs=$old/lib/x86_64-linux-gnu
cc -O1 -fno-stack-protector -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=0 -Wl,--allow-shlib-undefined -o list list.c \
    $libs/librt.so.1 $libs/libpthread.so.0 $libs/libc.so.6 || exit 77

see() { # LABEL FOLDER EXPECTED
    local seen
    seen=$(timeout 20 "$2/ld-linux-x86-64.so.2" --library-path "$2" ./list | paste -sd';') || exit 77
    echo "$1: $seen"
    [ "$seen" = "$3" ] || { echo "was: $3" >&2; exit 1; }
}
see 2.31 $libs '2.2.5 0 done, -1;2.4 0 done, -1'
see 2.41 $new/usr/lib/x86_64-linux-gnu '2.2.5 0 under way, 0;2.4 0 done, -1'
echo "as described"
