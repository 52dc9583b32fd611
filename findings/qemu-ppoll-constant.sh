#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# QEMU's user-mode emulation as Debian 12 has it fails ppoll(2) with EFAULT where the timeout lies in
# memory that cannot be written. Linux writes what is left of the time there, and where it cannot, it
# gives the answer all the same; so does QEMU 10.
#
# Seen with qemu-user-static 7.2+dfsg-7+deb12u18+b3 of Debian 12 and 10.0.13 of Debian 13 (its package
# qemu-user), amd64, on Linux 6.18:
#
#                the machine   7.2           10.0.13
#   variable     ready         ready         ready
#   constant     ready         Bad address   ready
#
# glibc's ppoll() makes a copy of the time, so only who makes the call directly sees it, as a Go
# program or a freestanding one does: a "static const struct timespec" of zeroes is no time to wait
# on the machine, and an error in an image of another architecture.
#
# Needs a C compiler with a static libc, curl, dpkg, and a mirror of Debian that still has the
# packages, or snapshot.debian.org. Ends with 77 where these are missing.
set -euo pipefail

mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD

[ "$(uname -m)" = x86_64 ] || exit 77
fetch() { # PACKAGE SHA256
    local from
    for from in "$mirror" http://snapshot.debian.org/archive/debian/20261125T000000Z; do
        ! curl -fsSL -O "$from/pool/main/q/qemu/$1" || break
    done
    [ -e "$1" ] || { echo "no mirror has $1" >&2; exit 77; }
    echo "$2  $1" | sha256sum --check --quiet || exit 77
    dpkg -x "$1" "${1%%_amd64*}"
}
old=qemu-user-static_7.2+dfsg-7+deb12u18+b3
new=qemu-user_10.0.13+ds-0+deb13u1
fetch ${old}_amd64.deb c3e3ba2bd87f8c5b9a5da5ef21b5a3b82d7c63b89dd448d9ddaa4eabc5b6e402
fetch ${new}_amd64.deb ca6ede739327a20ae5a3498230c8a3a9a072c586e131bc6bcc1201eb1725e336

cat >wait.c <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void ask(const char *label, const struct timespec *timeout)
{
    int ends[2];
    struct pollfd room = {.events = POLLOUT};
    long n = -1;

    if (pipe(ends) == 0) {
        room.fd = ends[1];
        n = syscall(SYS_ppoll, &room, 1, timeout, NULL, 8L);
    }
    printf("%s %s\n", label, n < 0 ? strerror(errno) : n ? "ready" : "not ready");
}

int main(void)
{
    static const struct timespec constant;
    struct timespec variable = {0};

    ask("variable", &variable);
    ask("constant", &constant);
    return 0;
}
END
cc -static -O1 -o wait wait.c || exit 77

see() { # LABEL EXPECTED COMMAND…
    local label=$1 expected=$2 seen
    shift 2
    seen=$("$@" | paste -sd,) || true
    echo "$label: $seen"
    [ "$seen" = "$expected" ] || { echo "was: $expected" >&2; exit 1; }
}
see 'the machine' 'variable ready,constant ready' ./wait
see 7.2 'variable ready,constant Bad address' $old/usr/bin/qemu-x86_64-static ./wait
see 10.0.13 'variable ready,constant ready' $new/usr/bin/qemu-x86_64 ./wait
echo "as described"
