#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that changes what its threads may do, one after the other: shut_in.sh OBJECT. As libcap's
# psx it makes a call with a descriptor on each thread there is, and all must answer alike; and it asks
# for a Landlock domain, after which nobody follows.
set -eu
object=$1 failures=0
work=$(mktemp -d)
running=
clean_up() {
    [ -z "$running" ] || kill -9 "$running" 2>"$work/gone" || :
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

mkdir "$work/source"
cat >"$work/source/main.go" <<'END'
package main

/*
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int descriptor;
static volatile int n_handled, n_bad;

static void handle(int signal)
{
    (void)signal;
    if (syscall(SYS_fcntl, descriptor, F_GETFD) < 0)
        __atomic_add_fetch(&n_bad, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&n_handled, 1, __ATOMIC_SEQ_CST);
}

static int ask_each_thread(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK | SA_RESTART};
    descriptor = open("/dev/null", O_RDONLY);
    sigaction(SIGSYS, &action, NULL);
    DIR *tasks = opendir("/proc/self/task");
    int n_sent = 0;
    for (struct dirent *task; (task = readdir(tasks));) {
        if (syscall(SYS_tgkill, getpid(), atoi(task->d_name), SIGSYS) != 0)
            continue;
        n_sent++;
        while (n_handled < n_sent)
            usleep(100);
    }
    closedir(tasks);
    return n_bad;
}

// None is given: the answer is an error, with a kernel that has no Landlock, too.
static int shut_in(void)
{
    return syscall(446, -1, 0) == 0;
}
*/
import "C"
import (
	"fmt"
	"os"
	"time"
)

func main() {
	fmt.Println("up")
	for {
		if _, err := os.Stat(os.Args[2]); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if os.Args[1] == "each" {
		os.Exit(int(C.ask_each_thread()))
	}
	fmt.Println("answer", C.shut_in())
	for {
		if _, err := os.Stat(os.Args[3]); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
END
(cd "$work/source" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o ../program .)
echo 'long psx_syscall3(void) { return 0; }' | cc -shared -fPIC -x c -o "$work/libpsx.so" -

fail() { # TEXT
    echo "$1"
    cat "$work/out" "$work/err"
    failures=$((failures + 1))
}

start() { # OBJECTS MODE
    rm -f "$work/go" "$work/end"
    LD_PRELOAD=$1 SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=10ms SNUG_LOG=error \
        "$work/program" "$2" "$work/go" "$work/end" >"$work/out" 2>"$work/err" &
    running=$!
    until n_sleeps >"$work/gone"; do
        kill -0 "$running" 2>"$work/gone" || return 0
        sleep 0.05
    done
}

# How often the follower has slept; fails if there is none.
n_sleeps() {
    file=$(grep -lx snug /proc/"$running"/task/*/comm 2>"$work/gone") || return 1
    sed -n 's/^voluntary_ctxt_switches:\t//p' "${file%/comm}/status" 2>"$work/gone" | grep .
}

start "$object $work/libpsx.so" each
: >"$work/go"
wait "$running" || fail "$? threads have another answer than the program's"
running=
grep -q 'follow: no CPUs: libpsx changes what threads may do' "$work/err" || fail 'no line says that CPUs stay'

start "$object" landlock
before=$(n_sleeps) || fail 'nobody follows'
: >"$work/go"
while now=$(n_sleeps); do
    [ $((now - before)) -lt 500 ] || { fail 'the follower goes on'; break; }
    sleep 0.05
done
: >"$work/end"
wait "$running" || fail "status $?"
running=
grep -qx 'answer 0' "$work/out" || fail 'the call has not failed'
grep -q 'follow: ends: the program shuts itself in by Landlock' "$work/err" || fail 'no line says that it ends'
exit "$failures"
