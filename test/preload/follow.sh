#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# follow, as far as it goes without cgroups: follow.sh OBJECT. What changes here is the set of
# CPUs that the program may use. Real limits are changed in the virtual machine.
set -eu
object=$1
failures=0
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
running=
trap '[ -z "$running" ] || kill -9 $running 2> /dev/null; rm -rf "$work"' EXIT

fail() { # TEXT
    echo "$1"
    sed 's/^/    out: /' "$work/out" | tail -n 20
    sed 's/^/    err: /' "$work/err" | tail -n 20
    failures=$((failures + 1))
}

build_go() { # NAME
    mkdir "$work/$1.d"
    cat > "$work/$1.d/main.go"
    (cd "$work/$1.d" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o "../$1" .)
}

build_programs() {
    cp -r "$here/../go/resize" "$work/resize.d"
    (cd "$work/resize.d" && GOFLAGS= CGO_ENABLED=1 go build -buildvcs=false -tags own_c -o ../resize .)

    # Ends in many ways.
    build_go ends << 'END'
package main

/*
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static int change_ids(void) { return setgid(getgid()) || setuid(getuid()); }
static int fork_and_wait(void)
{
    int status = -1;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(7);
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}
*/
import "C"
import (
	"fmt"
	"os"
	"syscall"
	"time"
)

func main() {
	defer fmt.Println("deferred")
	switch os.Args[1] {
	case "panic":
		panic("at the end")
	case "exit":
		os.Exit(3)
	case "exec":
		syscall.Exec("/bin/sh", []string{"sh", "-c", "exit 4"}, os.Environ())
	case "fork":
		os.Exit(int(C.fork_and_wait()))
	case "ids":
		for i := 0; i < 20; i++ {
			if C.change_ids() != 0 {
				os.Exit(1)
			}
			time.Sleep(time.Millisecond)
		}
	case "crash":
		*(*int)(nil) = 1
	}
}
END
}

with() { # VARIABLE… PROGRAM ARGUMENT…
    exec env LD_PRELOAD="$object" SNUG_FOLLOW=on SNUG_CPU_MIN=1 "$@"
}

start() { # VARIABLE… PROGRAM ARGUMENT…
    echo "# $*"
    : > "$work/out" # The last program's words are nobody's answer.
    with "$@" >> "$work/out" 2> "$work/err" &
    running=$!
}

finish() { # STATUS
    r=0
    wait "$running" || r=$?
    running=
    [ "$r" = "$1" ] || fail "status $r, not $1"
}

wait_for() { # LINE
    n=0
    until grep -qx "$1" "$work/out"; do
        n=$((n + 1))
        [ $n -lt 100 ] || { fail "no line '$1'"; return; }
        sleep 0.05
    done
}

snug_threads() {
    grep -lx snug /proc/"$running"/task/*/comm 2> /dev/null || true
}

follows_the_allowed_cpus() {
    all=$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status)
    first=$(echo "$all" | sed 's/[,-].*//')
    start SNUG_FOLLOW_INTERVAL=50ms "$work/resize" -for 60s -live 8
    wait_for "GOMAXPROCS $(nproc)"
    taskset -apc "$first" "$running" > "$work/taskset"
    wait_for 'GOMAXPROCS 1'
    : > "$work/out"
    taskset -apc "$all" "$running" > "$work/taskset"
    wait_for "GOMAXPROCS $(nproc)"
    kill -USR2 "$running"
    finish 0
    wait_for 'wrong 0'
    wait_for 'goroutines left over 0'
}

leaves_the_users_count_alone() {
    start GOMAXPROCS=2 SNUG_FOLLOW_INTERVAL=10ms "$work/resize" -for 60s -goroutines 1
    wait_for 'GOMAXPROCS 2'
    taskset -apc "$first" "$running" > "$work/taskset"
    sleep 0.3
    kill -USR2 "$running"
    finish 0
    [ "$(grep -c GOMAXPROCS "$work/out")" = 1 ] || fail 'the count has changed'
}

# What stands in SigBlk: all signals but those that libc sends to each of its threads, 32 and 33,
# and KILL and STOP, which no mask keeps off.
has_one_quiet_thread() {
    start SNUG_FOLLOW_INTERVAL=100ms "$work/resize" -for 60s -goroutines 0
    wait_for 'GOMEMLIMIT .*'
    sleep 0.3
    thread=$(snug_threads)
    [ "$(echo $thread | wc -w)" = 1 ] || fail "threads named snug: $thread"
    status=${thread%/comm}/status
    blocked=$(sed -n 's/^SigBlk:\t//p' "$status")
    [ "$blocked" = fffffffe7ffbfeff ] || fail "blocked signals: $blocked"
    before=$(sed -n 's/^voluntary_ctxt_switches:\t//p' "$status")
    sleep 2
    after=$(sed -n 's/^voluntary_ctxt_switches:\t//p' "$status")
    [ $((after - before)) -ge 14 ] && [ $((after - before)) -le 22 ] ||
        fail "woke $((after - before)) times in 2 s at 100 ms"
    ls -l /proc/"$running"/fd | grep -E 'cgroup|/proc|/sys' && fail 'a descriptor is kept'
    kill -USR2 "$running"
    finish 0

    start SNUG_FOLLOW=off "$work/resize" -for 60s -goroutines 0
    wait_for 'GOMEMLIMIT .*'
    [ -z "$(snug_threads)" ] || fail 'a thread without follow'
    kill -USR2 "$running"
    finish 0
}

ends_as_without() {
    for way in return:0 exit:3 exec:4 fork:7 ids:0 panic:2 crash:2; do
        (with SNUG_FOLLOW=off "$work/ends" "${way%:*}") > "$work/plain" 2>&1 || true
        sed -i 's/0x[0-9a-f]*//g; /^\(goroutine\|\t\|rax\|r[a-z0-9]* \)/d' "$work/plain"
        n=0
        while [ $n -lt 30 ]; do
            n=$((n + 1))
            r=0
            (with SNUG_FOLLOW_INTERVAL=1ms "$work/ends" "${way%:*}") > "$work/out" 2>&1 || r=$?
            [ "$r" = "${way#*:}" ] || { fail "$way: status $r"; break; }
            sed -i 's/0x[0-9a-f]*//g; /^\(goroutine\|\t\|rax\|r[a-z0-9]* \)/d' "$work/out"
            cmp -s "$work/plain" "$work/out" || { fail "$way: other words"; break; }
        done
    done
}

command -v go > "$work/where" || { echo 'not installed: go' && exit 77; }
build_programs
: > "$work/err"
if [ "$(nproc)" -gt 1 ]; then
    follows_the_allowed_cpus
    leaves_the_users_count_alone
fi
has_one_quiet_thread
ends_as_without
[ "$failures" = 0 ]
