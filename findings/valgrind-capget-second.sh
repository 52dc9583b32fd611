#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Memcheck says that correct code reads uninitialised values where it looks at a capability above 31.
# capget(2) fills two structs from version 2 on, and valgrind takes only the first as written.
#
# Seen with valgrind 3.19.0-1, 3.24.0-3 and 3.27.1-0.2 of Debian, amd64, with
# _LINUX_CAPABILITY_VERSION_3. Each line is what is asked for, and the number of errors:
#
#   CAP_NET_RAW (13)         0
#   CAP_CHECKPOINT_RESTORE (40)  1
#
# None of the three has it mended. Clear both structs before the call: then nothing is reported.
#
# Needs a C compiler, curl, dpkg, what memcheck needs to know of the machine's loader (libc6-dbg in
# Debian), and a mirror of Debian that still has the packages, or snapshot.debian.org. Ends with 77
# where these are missing.
set -euo pipefail

mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD VALGRIND_OPTS

[ "$(uname -m)" = x86_64 ] || exit 77
fetch() { # VERSION SHA256
    local from package=valgrind_$1_amd64.deb
    for from in "$mirror" http://snapshot.debian.org/archive/debian/20261125T000000Z; do
        ! curl -fsSL -O "$from/pool/main/v/valgrind/$package" || break
    done
    [ -e "$package" ] || { echo "no mirror has $package" >&2; exit 77; }
    echo "$2  $package" | sha256sum --check --quiet || exit 77
    dpkg -x "$package" "$1"
}
fetch 3.19.0-1 324842f2308a1e42abf2d81ff5eb19a9475fc9db95647f4d9da71444eda4087f
fetch 3.24.0-3 0359e30820ccee7ee5c8d4c951ca276e3978b18f157d71bd77981de05b344907
fetch 3.27.1-0.2 cf3a594ffd254a43934089bba36bdfc51026e0d7016a9bf1015d97cf91ce44c7

# CAPABILITY, and "clear" for structs that are cleared before.
cat >ask.c <<'END'
#define _GNU_SOURCE
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    const int capability = atoi(argv[1]);

    if (argc > 2)
        memset(data, 0, sizeof(data));
    if (syscall(SYS_capget, &header, data))
        return 77;
    if (data[capability / 32].permitted >> capability % 32 & 1)
        puts("permitted");
    return 0;
}
END
cc -O1 -o ask ask.c || exit 77

count() { # ARGUMENT…
    $version/usr/bin/valgrind.bin ./ask "$@" 2>&1 >output |
        sed -n 's/.*ERROR SUMMARY: \([0-9]*\) errors.*/\1/p'
}
for version in 3.19.0-1 3.24.0-3 3.27.1-0.2; do
    export VALGRIND_LIB=$folder/$version/usr/libexec/valgrind
    $version/usr/bin/valgrind.bin -q ./ask 13 >output 2>&1 || { cat output >&2 && exit 77; }
    seen="13: $(count 13), 40: $(count 40), 40 cleared: $(count 40 clear)"
    echo "$version: $seen"
    [ "$seen" = '13: 0, 40: 1, 40 cleared: 0' ] || exit 1
done
echo "as described"
