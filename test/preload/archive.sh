#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Go linked into a C program: archive.sh OBJECT. The runtime starts on a thread of its own while
# the C program goes on, and asks for the main thread's stack by pthread_attr_init later. No thread
# may be left with a narrowed mask; the variables say how many CPUs.
set -eu
object=$1
command -v go > /dev/null || { echo 'not installed: go'; exit 77; }
[ "$(nproc)" -ge 2 ] || { echo 'one CPU cannot be presented as fewer'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > part.go << 'END'
package main

import "C"
import (
	"fmt"
	"runtime"
)

//export Show
func Show() { fmt.Println("GOMAXPROCS", runtime.GOMAXPROCS(0)) }

func main() {}
END
cat > host.c << 'END'
#include <pthread.h>
#include <stdio.h>
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

    pthread_attr_init(&attr);
    pthread_create(&thread, &attr, run, NULL);
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

./host > plain
# Go before 1.20 does not record how it was linked.
sed 's/-buildmode=c-archive/-buildmode=c-unknown/g' host > unknown
chmod +x unknown
for round in 1 2 3 4 5 6 7 8 9 10; do
    for program in ./host ./unknown; do
        SNUG_CPU_COUNT=1 LD_PRELOAD=$object $program > snug
        grep -qx 'GOMAXPROCS 1' snug || { cat snug; exit 1; }
        [ "$(grep Cpus plain)" = "$(grep Cpus snug)" ] || { cat snug; exit 1; }
    done
done
