#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# C code that takes variables out of its environment between the start of snug and that of the Go
# runtime: unset.sh OBJECT. libc finds its auxv as without snug, Go what snug has set, and children
# none of it. A C program that has a record alone does so all its life.
set -eu
object=$1
command -v go >/dev/null || { echo 'not installed: go'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
failures=0

cat >take.h <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

extern char **environ;

static void take(const char *how)
{
    char name[] = "ROW_A";
    if (!strcmp(how, "putenv"))
        putenv("ROW_A");
    else if (!strcmp(how, "clearenv"))
        clearenv();
    else if (!strcmp(how, "empty"))
        while (*environ) {
            char *taken = strndup(*environ, strcspn(*environ, "="));
            unsetenv(taken);
            free(taken);
        }
    else if (!strcmp(how, "own"))
        unsetenv("GOMEMLIMIT");
    else
        for (int i = 0; i < atoi(how); i++, name[4]++)
            unsetenv(name);
}

/* Of an address the page offset at most: where things lie differs. */
static void show_auxv(void)
{
    static const unsigned long types[] = {AT_PAGESZ, AT_CLKTCK, AT_PHENT, AT_PHNUM,
                                          AT_UID,    AT_HWCAP,  AT_FLAGS, AT_SECURE};
    static const unsigned long places[] = {AT_BASE, AT_RANDOM, AT_EXECFN, AT_PHDR, AT_ENTRY};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        printf("auxv %lu %lu\n", types[i], getauxval(types[i]));
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
        printf("auxv %lu %d\n", places[i], getauxval(places[i]) != 0);
    fflush(stdout);
}
END
cat >main.go <<'END'
package main

// #include "take.h"
//
// __attribute__((constructor)) static void start(int argc, char **argv)
// {
//     take(argc > 1 ? argv[1] : "");
//     show_auxv();
// }
import "C"

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
)

func main() {
	C.show_auxv()
	child := exec.Command("/usr/bin/env")
	child.Stdout = os.Stdout
	child.Run()
	fmt.Println("limit", debug.SetMemoryLimit(-1), "percent", debug.SetGCPercent(-1))
}
END
cat >main.c <<'END'
#include "take.h"

int main(int argc, char **argv)
{
    take(argc > 1 ? argv[1] : "");
    show_auxv();
    for (char **entry = environ; entry && *entry; entry++)
        puts(*entry);
}
END
GO111MODULE=off GOFLAGS= CGO_ENABLED=1 CGO_CFLAGS="-I$work" go build -o go main.go
cc -o c main.c

# For the second variable the policy's own has no place to lend.
printf 'memory.limit = 200M\nmemory.headroom = 0%%\nmemory.gogc = 50\n' >two.conf
printf 'scope = all\nchild.pdeathsig = TERM\n' >record.conf

check() { # PROGRAM POLICY HOW LAST-LINE
    row=(env -i PATH=/usr/bin:/bin ROW_A=a ROW_B=b ROW_C=c ROW_D=d ROW_E=e)
    "${row[@]}" "./$1" $3 | sed '/^limit/d' >wanted
    [ -z "$4" ] || echo "$4" >>wanted
    "${row[@]}" SNUG_POLICY="$work/$2" LD_PRELOAD="$object" "./$1" $3 >found || echo "status $?" >>found
    n_records=$(grep -c ^SNUG_SET= found) || true
    sed -i '/^SNUG_POLICY=/d;/^LD_PRELOAD=/d;/^SNUG_SET=/d' found
    if ! cmp -s wanted found || [ "$n_records" -gt 2 ]; then
        echo "$1, $3: $n_records records"
        diff wanted found || true
        failures=$((failures + 1))
    fi
}

for how in '' 1 2 3 4 5 putenv clearenv; do
    check go two.conf "$how" 'limit 209715200 percent 50'
done
check go two.conf own 'limit 9223372036854775807 percent 50'
check go two.conf empty 'limit 9223372036854775807 percent 100'
for how in '' 1 2 3 4 5 putenv clearenv empty; do
    check c record.conf "$how" ''
done
exit "$failures"
