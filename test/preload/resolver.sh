#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A library whose resolver (STT_GNU_IFUNC) calls what snug hooks: resolver.sh OBJECT EMPTY. The
# loader runs it before it has relocated the object. What it is told, and what the program is told
# later, is as with an empty object.
set -eu
object=$1 empty=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat > library.c << 'END'
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static long told[4];

static int choice(void)
{
	return 1;
}

__attribute__((used)) static void *resolve(void)
{
	void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	told[0] = sysconf(_SC_PAGESIZE);
	told[1] = syscall(SYS_gettid) > 0;
	told[2] = at != MAP_FAILED && munmap(at, 4096) == 0;
	told[3] = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	return choice;
}

static int choose(void) __attribute__((ifunc("resolve")));

void show(void)
{
	printf("choice %d:", choose());
	for (unsigned i = 0; i < sizeof told / sizeof *told; i++)
		printf(" %ld", told[i]);
	printf(", then %d %d\n", syscall(SYS_gettid) == getpid(), (int)syscall(SYS_close, -1));
}
END
echo 'void show(void); int main(void) { show(); }' > main.c
if ! cc -shared -fPIC -fno-plt -o liblibrary.so library.c 2> why; then
    cat why
    echo 'machine lacks a compiler that knows the attribute ifunc'
    exit 77
fi
cc -o program main.c -L. -llibrary "-Wl,-rpath,$work"
LD_PRELOAD=$empty ./program > expected
grep -q '^choice 1: [0-9]* 1 1 1, then 1 -1$' expected || { cat expected; exit 1; }
failures=0
for scope in go all; do
    SNUG_SCOPE=$scope LD_PRELOAD=$object ./program > found || echo "status $?" >> found
    cmp -s expected found && continue
    echo "scope = $scope:"
    diff expected found || true
    failures=$((failures + 1))
done
exit "$failures"
