#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libseccomp takes the number of a system call that is newer than its table, but only as long
# as the filter has one architecture; with two the same rule fails with EFAULT.
#
# Seen with libseccomp 2.5.4-1+deb12u1 of Debian, amd64, for mseal (462 on x86-64 and on x86):
#
#   name -1           seccomp_syscall_resolve_name("mseal"), __NR_SCMP_ERROR
#   alone 0           seccomp_rule_add(…, 462, 0) in a filter for x86-64
#   both -14          the same after seccomp_arch_add(…, SCMP_ARCH_X86)
#   known 0           seccomp_rule_add(…, SCMP_SYS(getpid), 0) in the latter
#
# For each further architecture the library looks up the number's name, and there is none.
# EFAULT reads like a bad pointer. Profiles that give new calls by number work on a plain
# 64-bit filter and fail as soon as 32-bit programs are let in.
#
# Needs a C compiler, curl, dpkg, and a mirror of Debian that still has the package, or
# snapshot.debian.org. Ends with 77 where these are missing.
set -euo pipefail

mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}
package=libseccomp-dev_2.5.4-1+deb12u1_amd64.deb
sum=5fb305f3aeb293e2b78a4cfcb58c0f42179703c371a408d002c8454661e6b7b2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD

[ "$(uname -m)" = x86_64 ] || exit 77
for from in "$mirror" http://snapshot.debian.org/archive/debian/20240101T000000Z; do
    ! curl -fsSL -O "$from/pool/main/libs/libseccomp/$package" || break
done
[ -e $package ] || { echo "no mirror has $package" >&2; exit 77; }
echo "$sum  $package" | sha256sum --check --quiet || exit 77
dpkg -x $package seccomp

# The filters are made and never loaded.
cat >rules.c <<'END'
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>

int main(void)
{
    const int mseal = 462;
    scmp_filter_ctx alone = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    scmp_filter_ctx both = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

    if (!alone || !both || seccomp_arch_add(both, SCMP_ARCH_X86))
        return 1;
    printf("name %d\n", seccomp_syscall_resolve_name("mseal"));
    printf("alone %d\n", seccomp_rule_add(alone, SCMP_ACT_ALLOW, mseal, 0));
    printf("both %d\n", seccomp_rule_add(both, SCMP_ACT_ALLOW, mseal, 0));
    printf("known %d\n", seccomp_rule_add(both, SCMP_ACT_ALLOW, SCMP_SYS(getpid), 0));
    seccomp_release(alone);
    seccomp_release(both);
    return 0;
}
END
cc -I seccomp/usr/include -o rules rules.c \
    seccomp/usr/lib/x86_64-linux-gnu/libseccomp.a || exit 77

seen=$(./rules)
if [ "$seen" != $'name -1\nalone 0\nboth -14\nknown 0' ]; then
    echo "seccomp-unknown-number: libseccomp says" $seen >&2
    exit 1
fi
echo "as described"
