#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# threads.warn: threads.sh OBJECT WORKERS. A program that leaks threads is warned of at 2N, 4N and
# 8N and at no other count; one that starts as many and lets them end is not.
set -eu
object=$1 workers=$2
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Goroutines that never let go of their thread: `leak` blocks each in a system call, `churn` ends
# each, and its thread with it, before the next begins.
build_go() { # NAME
    mkdir "$work/$1.d"
    cat > "$work/$1.d/main.go"
    (cd "$work/$1.d" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o "../$1" .)
}

build_programs() {
    build_go leak << 'END'
package main

import "C"
import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	for i := 0; i < n; i++ {
		go func() {
			runtime.LockOSThread()
			syscall.Select(0, nil, nil, nil, nil)
		}()
	}
	for i := 0; i < 1000; i++ {
		time.Sleep(10 * time.Millisecond)
		if list, _ := os.ReadDir("/proc/self/task"); len(list) > n {
			return
		}
	}
	os.Exit(1)
}
END
    build_go churn << 'END'
package main

import "C"
import (
	"os"
	"runtime"
	"strconv"
)

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	for i := 0; i < n; i++ {
		done := make(chan bool)
		go func() {
			runtime.LockOSThread()
			done <- true
		}()
		<-done
	}
}
END
}

# A child by fork has the thread that creates it and those that it creates, and none of snug's.
build_fork() {
    build_go forks << 'END'
package main

/*
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void *wait_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}
static int is_followed(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int ret = 0;
    for (struct dirent *task; (task = readdir(tasks));) {
        char path[300] = "/proc/self/task/", name[16] = "";
        const int fd = open(strcat(strcat(path, task->d_name), "/comm"), O_RDONLY);
        ret |= read(fd, name, sizeof name) == 5 && memcmp(name, "snug\n", 5) == 0;
        close(fd);
    }
    closedir(tasks);
    return ret;
}
static int run_child(int n)
{
    int status = -1;
    pthread_t thread;
    while (!is_followed())
        usleep(1000);
    const pid_t pid = fork();
    for (int i = 0; pid == 0 && i < n; i++)
        if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
            _exit(3);
    if (pid == 0)
        _exit(0);
    waitpid(pid, &status, 0);
    return status;
}
*/
import "C"
import (
	"os"
	"strconv"
)

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	os.Exit(int(C.run_child(C.int(n))))
}
END
}

run() { # VARIABLE… PROGRAM ARGUMENT…
    echo "# $*"
    r=0
    env LD_PRELOAD="$object" "$@" 2> "$work/err" || r=$?
    [ "$r" = 0 ] || fail "status $r"
}

fail() { # TEXT
    echo "$1"
    cat "$work/err"
    failures=$((failures + 1))
}

warned_at() { # COUNT…
    found=$(sed -n 's/^snug\[[0-9]*\]: [0-9]* threads, past \([0-9]*\) .*/\1/p' "${log:-$work/err}" | sort -n)
    [ "$(echo $found)" = "$*" ] || fail "wanted lines at '$*', found '$(echo $found)'"
    [ "$(wc -l < "${log:-$work/err}")" = $# ] || fail 'other lines'
}

# The busiest creator, as module and offset, is the function that calls pthread_create.
created_in() { # PROGRAM FUNCTION
    offset=$(sed -n "s/.*; created by $(basename "$1")+\(0x[0-9a-f]*\) (.*/\1/p" "$work/err" | tail -n 1)
    [ -n "$offset" ] || fail 'the creator is not named'
    if command -v addr2line > "$work/where" && [ -n "$offset" ]; then
        addr2line -fe "$1" "$offset" | grep -qx "$2" || fail "$offset is not in $2"
    fi
}

go_programs() {
    for n in 8 9; do
        run SNUG_THREADS_WARN=$n "$work/leak" $((8 * n))
        warned_at $((2 * n)) $((4 * n)) $((8 * n))
        created_in "$work/leak" _cgo_try_pthread_create
    done
    run SNUG_THREADS_WARN=64 "$work/leak" 100
    warned_at
    run SNUG_THREADS_WARN=8 "$work/churn" 500
    warned_at
    run SNUG_THREADS_WARN=off "$work/leak" 100
    warned_at

    # More than the program itself has.
    run SNUG_FOLLOW=on SNUG_THREADS_WARN=20 "$work/forks" 39
    warned_at 40
    run SNUG_FOLLOW=on SNUG_THREADS_WARN=20 "$work/forks" 38
    warned_at

    log=$work/log
    run SNUG_THREADS_WARN=16 SNUG_LOG_FILE="$log" "$work/leak" 66
    warned_at 32 64
    log=
    [ -s "$work/err" ] && fail 'lines outside log.file'
    return 0
}

c_programs() {
    run SNUG_SCOPE=all SNUG_THREADS_WARN=5 "$workers" keep 79
    warned_at 10 20 40 80
    created_in "$workers" start
    run SNUG_SCOPE=all SNUG_THREADS_WARN=5 "$workers" keep 78
    warned_at 10 20 40
    run SNUG_SCOPE=all SNUG_THREADS_WARN=5 "$workers" end 250
    warned_at
    # Ending threads make room, and a count that has had its line gets no second one.
    run SNUG_SCOPE=all SNUG_THREADS_WARN=5 "$workers" waves 12
    warned_at 10
    # However many create at a time, a line comes once.
    run SNUG_SCOPE=all SNUG_THREADS_WARN=5 "$workers" crowd 20
    warned_at 10 20 40 80
    run SNUG_SCOPE=go SNUG_THREADS_WARN=5 "$workers" keep 79
    warned_at
}

c_programs
if command -v go > "$work/where"; then
    build_programs
    build_fork
    go_programs
else
    echo 'not installed: go'
    [ "$failures" != 0 ] || exit 77
fi
[ "$failures" = 0 ]
