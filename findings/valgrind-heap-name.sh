#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Under valgrind /proc/self/maps calls a large mapping of the program's own [heap], be it 40 GiB that
# nobody can touch, and the heap of brk(2) has no name.
#
# Seen with valgrind 3.19.0-1, 3.24.0-3 and 3.27.1-0.2 of Debian, amd64, on Linux 6.18. A program moves
# its break and maps 40 GiB with PROT_NONE and no wish for an address:
#
#                        break            mapping
#   by itself            [heap]           no name
#   under valgrind       no name          [heap]
#
# Valgrind serves brk(2) from an area of its own. The kernel's break is that of the tool, and it lies
# just where a mapping comes that is too large for the gap below the tool. The kernel names by that
# break. So who counts or skips ranges by the name, as many readers of maps do, loses one.
#
# Needs a C compiler, curl, dpkg, a kernel with kernel.randomize_va_space at 2, and a mirror of Debian
# that still has the packages, or snapshot.debian.org. Ends with 77 where these are missing.
set -euo pipefail

mirror=${DEBIAN_MIRROR-http://deb.debian.org/debian}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
unset LD_PRELOAD VALGRIND_OPTS

[ "$(uname -m)" = x86_64 ] && [ "$(cat /proc/sys/kernel/randomize_va_space)" = 2 ] || exit 77
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

cat >names.c <<'END'
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int is_heap(const void *at)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4200];
    unsigned long begin, end;
    int ret = -1;

    while (maps && fgets(line, sizeof(line), maps))
        if (sscanf(line, "%lx-%lx", &begin, &end) == 2 && begin <= (unsigned long)at &&
            (unsigned long)at < end)
            ret = strstr(line, "[heap]") != NULL;
    if (maps)
        fclose(maps);
    return ret;
}

int main(void)
{
    char *const heap = sbrk(1 << 16);
    char *const all = mmap(NULL, 40UL << 30, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (heap == (void *)-1 || all == MAP_FAILED)
        return 77;
    printf("break %d mapping %d\n", is_heap(heap), is_heap(all));
    return 0;
}
END
cc -O1 -o names names.c || exit 77

see() { # LABEL EXPECTED COMMAND…
    local label=$1 expected=$2 seen
    shift 2
    seen=$("$@") || exit 77
    echo "$label: $seen"
    [ "$seen" = "$expected" ] || { echo "was: $expected" >&2; exit 1; }
}
see 'by itself' 'break 1 mapping 0' ./names
for version in 3.19.0-1 3.24.0-3 3.27.1-0.2; do
    export VALGRIND_LIB=$folder/$version/usr/libexec/valgrind
    see $version 'break 0 mapping 1' $version/usr/bin/valgrind.bin -q --tool=none ./names
done
echo "as described"
