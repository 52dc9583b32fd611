#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Go linked into a C program: archive.sh OBJECT. The runtime starts on a thread of its own while
# the C program goes on, takes a variable out of its environment, and asks for the main thread's
# stack by pthread_getattr_np later. No thread may be left with a narrowed mask; the variables say
# how many CPUs, and children do not get them, whatever C code has taken out between the runtime's
# look at the environment and snug's at the runtime.
set -eu
object=$1
command -v go > /dev/null || { echo 'not installed: go'; exit 77; }
[ "$(nproc)" -ge 2 ] || { echo 'one CPU cannot be presented as fewer'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat > part.go << 'END'
package main

import "C"
import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

//export Show
func Show() {
	fmt.Println("GOMAXPROCS", runtime.GOMAXPROCS(0))
	fmt.Println("limit", debug.SetMemoryLimit(-1))
	for _, name := range []string{"GOMEMLIMIT", "GOGC", "LAST"} {
		fmt.Println(name, "is", os.Getenv(name))
	}
}

func main() {}
END
cat > host.c << 'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "part.h"

static void *run(void *unused)
{
    return unused;
}

int main(void)
{
    pthread_attr_t attr;
    pthread_t thread;
    char line[256];

    unsetenv("FIRST");
    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_destroy(&attr);
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    Show();
    fflush(stdout);
    FILE *status = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, status))
        if (!strncmp(line, "Cpus_allowed_list:", 18))
            fputs(line, stdout);
    return 0;
}
END
GO111MODULE=off GOFLAGS= go build -buildmode=c-archive -o part.a part.go
cc -o host host.c part.a -lpthread

# The runtime's second thread is the first that it creates after its look at the environment.
cat > taker.c << 'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include "part.h"

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *argument)
{
    static int n;
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        dlsym(RTLD_NEXT, "pthread_create");
    if (++n == 2)
        for (int i = 0; i < atoi(getenv("TAKEN")); i++)
            unsetenv((const char *[]){"FIRST", "SECOND", "THIRD"}[i]);
    return next(thread, attr, run, argument);
}

int main(void)
{
    Show();
}
END
cc -o taker taker.c part.a -lpthread -ldl
printf 'memory.limit = 200M\nmemory.headroom = 0%%\nmemory.gogc = 50\n' > snug.conf
for taken in 0 1 2 3; do
    FIRST=1 SECOND=2 THIRD=3 LAST=4 TAKEN=$taken SNUG_POLICY=$PWD/snug.conf LD_PRELOAD=$object ./taker > snug
    printf 'limit 209715200\nGOMEMLIMIT is \nGOGC is \nLAST is 4\n' > wanted
    sed -n '/^GOMAXPROCS/!p' snug | cmp -s wanted - || { echo "$taken taken"; cat snug; exit 1; }
done

./host > plain
# Go before 1.20 does not record how it was linked.
sed 's/-buildmode=c-archive/-builtmode=c-archive/g' host > unknown
chmod +x unknown
for round in 1 2 3 4 5 6 7 8 9 10; do
    for program in ./host ./unknown; do
        FIRST=1 SNUG_CPU_COUNT=1 LD_PRELOAD=$object $program > snug
        grep -qx 'GOMAXPROCS 1' snug || { cat snug; exit 1; }
        [ "$(grep Cpus plain)" = "$(grep Cpus snug)" ] || { cat snug; exit 1; }
    done
done
