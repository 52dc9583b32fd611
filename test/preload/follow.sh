#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# follow, as far as it goes without cgroups: follow.sh OBJECT. What changes here is the set of
# CPUs that the program may use. Real limits are changed in the virtual machine.
set -eu
object=$1
failures=0
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
out=$work/out
running= slow=
trap 'kill -9 $running $slow 2> /dev/null || :; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail() { # TEXT
    echo "$1"
    sed 's/^/    out: /' "$out" | tail -n 20
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
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile int n_handled;
static void handle(int signal)
{
    volatile char room[8 << 10];
    memset((char *)room, signal, sizeof room);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    __atomic_add_fetch(&n_handled, room[signal] == signal, __ATOMIC_SEQ_CST);
}
// The thread named snug; 0 if there is none.
static int follower(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int ret = 0;
    for (struct dirent *task; (task = readdir(tasks));) {
        char path[300] = "/proc/self/task/", name[16] = "";
        const int fd = open(strcat(strcat(path, task->d_name), "/comm"), O_RDONLY);
        if (read(fd, name, sizeof name) == 5 && memcmp(name, "snug\n", 5) == 0)
            ret = atoi(task->d_name);
        close(fd);
    }
    closedir(tasks);
    return ret;
}
// The same once it has come; 0 where nobody follows. Without it there is nothing to try.
static int await_follower(void)
{
    if (strcmp(getenv("SNUG_FOLLOW"), "on") != 0)
        return 0;
    for (int i = 0; !follower(); i++) {
        if (i > 600000)
            _exit(3);
        usleep(1000);
    }
    return follower();
}
// Whether a thread sleeps and wakes up so many times.
static int wakes(int thread, long times)
{
    long first = -1, n = 0;
    while (first < 0 || n < first + times) {
        char path[64], line[256];
        snprintf(path, sizeof path, "/proc/self/task/%d/status", thread);
        FILE *status = fopen(path, "r");
        if (!status)
            return 0;
        while (fgets(line, sizeof line, status))
            sscanf(line, "voluntary_ctxt_switches: %ld", &n);
        fclose(status);
        if (first < 0)
            first = n;
        usleep(1000);
    }
    return 1;
}
// As libcap's psx does it: a SIGSYS to each thread there is, and a wait for its handler.
static int signal_each_thread(void)
{
    const int snug = await_follower();
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigaction(SIGSYS, &action, NULL);
    DIR *tasks = opendir("/proc/self/task");
    int n_sent = 0;
    for (struct dirent *task; (task = readdir(tasks));) {
        if (syscall(SYS_tgkill, getpid(), atoi(task->d_name), SIGSYS) != 0)
            continue;
        n_sent++;
        for (int i = 0; n_handled < n_sent; i++) {
            if (i > 600000)
                return 2;
            usleep(100);
        }
    }
    closedir(tasks);
    // It would end a second of its own wake-ups later, at 1 ms each.
    return n_sent < 2 || (snug && !wakes(snug, 1200));
}
// As psx before: the thread is none that it knows.
static int keep_it_from_followers(void)
{
    await_follower();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (int i = 0; follower(); i++) {
        if (i > 600000)
            return 2;
        usleep(1000);
    }
    return 0;
}
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
	"runtime"
	"syscall"
	"time"
)

func init() {
	if os.Args[1] == "apart" { // The main thread is compared with.
		runtime.LockOSThread()
	}
}

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
	case "each":
		os.Exit(int(C.signal_each_thread()))
	case "apart":
		os.Exit(int(C.keep_it_from_followers()))
	case "crash":
		*(*int)(nil) = 1
	}
}
END
}

# Its package initialisation goes on until there is a file of that name.
build_init() {
    build_go init << 'END'
package main

import "C"
import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

func wait(what func() bool) {
	for began := time.Now(); !what(); time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Minute { // Only where nobody follows.
			os.Exit(1)
		}
	}
}

func init() {
	fmt.Println("init")
	wait(func() bool { _, err := os.Stat(os.Args[1]); return err == nil })
}

func main() {
	all, _ := strconv.Atoi(os.Args[2])
	wait(func() bool { return runtime.GOMAXPROCS(0) == all })
}
END
}

with() { # VARIABLE… PROGRAM ARGUMENT…
    exec env LD_PRELOAD="$object" SNUG_FOLLOW=on SNUG_CPU_MIN=1 "$@"
}

start() { # VARIABLE… PROGRAM ARGUMENT…
    echo "# $*"
    : > "$out" # The last program's words are nobody's answer.
    with "$@" >> "$out" 2> "$work/err" &
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
    until grep -qx "$1" "$out"; do
        n=$((n + 1))
        { [ $n -lt 12000 ] && [ -n "$running" ] && kill -0 "$running"; } 2> "$work/gone" ||
            grep -qx "$1" "$out" || { fail "no line '$1'"; return; }
        sleep 0.05
    done
}

snug_threads() {
    grep -lx snug /proc/"$running"/task/*/comm 2> /dev/null || true
}

# How often the thread named snug has slept; fails if there is none. The one that it makes for a call is
# named so too at first.
n_sleeps() {
    sed -n 's/^voluntary_ctxt_switches:\t//p' "$(dirname "$(snug_threads | sort -V | head -n 1)")/status" 2> "$work/gone" | grep .
}

wait_for_wakes() { # N
    until before=$(n_sleeps); do
        kill -0 "$running" || { fail 'ended'; return; }
        sleep 0.05
    done
    until after=$(n_sleeps) && [ $((after - before)) -ge "$1" ]; do
        [ -n "$after" ] || { fail 'the thread has ended'; return; }
        sleep 0.05
    done
}

follows_the_allowed_cpus() {
    start SNUG_FOLLOW_INTERVAL=50ms "$work/resize" -for 9999s -live 8
    wait_for "GOMAXPROCS $(nproc)"
    taskset -apc "$first" "$running" > "$work/taskset"
    wait_for 'GOMAXPROCS 1'
    : > "$out"
    taskset -apc "$all" "$running" > "$work/taskset"
    wait_for "GOMAXPROCS $(nproc)"
    kill -USR2 "$running"
    finish 0
    wait_for 'wrong 0'
    wait_for 'goroutines left over 0'
}

# The runtime lets nobody in before all initialisation is over; the looks go on meanwhile.
goes_on_while_init_runs() {
    start SNUG_FOLLOW_INTERVAL=10ms taskset -c "$first" "$work/init" "$work/go_on" "$(nproc)"
    wait_for init
    taskset -apc "$all" "$running" > "$work/taskset"
    wait_for_wakes 300 # One wait for the call is a hundred of them.
    : > "$work/go_on"
    finish 0
}

# One that is to look in an hour has not looked when another has followed three times.
looks_once_in_an_interval() {
    out=$work/slow
    start SNUG_FOLLOW_INTERVAL=3600s "$work/resize" -for 9999s -goroutines 1
    slow=$running
    wait_for "GOMAXPROCS $(nproc)"
    taskset -apc "$first" "$slow" > "$work/taskset"
    out=$work/out
    start SNUG_FOLLOW_INTERVAL=50ms "$work/resize" -for 9999s -goroutines 1
    wait_for "GOMAXPROCS $(nproc)"
    for cpus in "$first" "$all" "$first"; do
        : > "$out"
        taskset -apc "$cpus" "$running" > "$work/taskset"
        wait_for "GOMAXPROCS $([ "$cpus" = "$all" ] && nproc || echo 1)"
    done
    kill -USR2 "$running"
    finish 0
    running=$slow
    [ -n "$(snug_threads)" ] || fail 'no thread that would look in an hour'
    kill -USR2 "$running"
    finish 0
    slow=
    ! grep -x 'GOMAXPROCS 1' "$work/slow" || fail 'it looked before its hour was over'
}

leaves_the_users_count_alone() {
    start GOMAXPROCS=2 SNUG_FOLLOW_INTERVAL=10ms "$work/resize" -for 9999s -goroutines 1
    wait_for 'GOMAXPROCS 2'
    taskset -apc "$first" "$running" > "$work/taskset"
    wait_for_wakes 20
    kill -USR2 "$running"
    finish 0
    [ "$(grep -c GOMAXPROCS "$out")" = 1 ] || fail 'the count has changed'
}

# What stands in SigBlk: all signals but those that libc sends to each of its threads, 32 and 33,
# those that a thread causes itself, ILL, TRAP, BUS, FPE, SEGV and SYS, and KILL and STOP, which
# no mask keeps off.
has_one_quiet_thread() {
    start SNUG_FOLLOW_INTERVAL=100ms "$work/resize" -for 9999s -goroutines 0
    wait_for 'GOMEMLIMIT .*'
    wait_for_wakes 3
    thread=$(snug_threads)
    [ "$(echo $thread | wc -w)" = 1 ] || fail "threads named snug: $thread"
    blocked=$(sed -n 's/^SigBlk:\t//p' "${thread%/comm}/status")
    [ "$blocked" = fffffffe3ffbfa27 ] || fail "blocked signals: $blocked"
    # It wakes up, and not more often than it is to: a busy machine makes it fewer times.
    began=$(date +%s%N)
    wait_for_wakes 20
    took_ms=$((($(date +%s%N) - began) / 1000000))
    [ $(((after - before) * 100)) -le $((took_ms + 200)) ] ||
        fail "woke $((after - before)) times in $took_ms ms at 100 ms"
    ls -l /proc/"$running"/fd | grep -E 'cgroup|/proc|/sys' && fail 'a descriptor is kept'
    kill -USR2 "$running"
    finish 0

    start SNUG_FOLLOW=off "$work/resize" -for 9999s -goroutines 0
    wait_for 'GOMEMLIMIT .*'
    [ -z "$(snug_threads)" ] || fail 'a thread without follow'
    kill -USR2 "$running"
    finish 0
}

ends_as_without() {
    for way in return:0 exit:3 exec:4 fork:7 ids:0 each:0 apart:0 panic:2 crash:2; do
        (with SNUG_FOLLOW=off "$work/ends" "${way%:*}") > "$work/plain" 2>&1 || true
        sed -i 's/0x[0-9a-f]*//g; /^\(goroutine\|\t\|rax\|r[a-z0-9]* \)/d' "$work/plain"
        n=0
        rounds=30
        case $way in each* | apart*) rounds=3 ;; esac
        while [ $n -lt $rounds ]; do
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
all=$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status)
first=${all%%[,-]*}
if [ "$(nproc)" -gt 1 ]; then
    follows_the_allowed_cpus
    build_init
    goes_on_while_init_runs
    looks_once_in_an_interval
    leaves_the_users_count_alone
fi
has_one_quiet_thread
ends_as_without
[ "$failures" = 0 ]
