#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that closes all descriptors and has its own at their numbers, again and again, while
# the follower looks: apart.sh OBJECT. None of them is closed by anybody else, or read from.
set -eu
object=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
command -v go >"$work/where" || { echo 'not installed: go' && exit 77; }

mkdir "$work/closer.d"
cat >"$work/closer.d/main.go" <<'END_OF_GO'
package main

/*
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FIRST = 3, N = 16, PIPE = 200, N_BYTES = 4096, LOOKS = 1500 };

// Before Linux 5.9 no thread can have descriptors of its own without a copy of all.
static int is_old(void)
{
    return syscall(436, 1, 0, 2) < 0 && errno != EINVAL; // close_range
}

// How often the thread named snug has slept; -1 if there is none.
static long count_sleeps(void)
{
    DIR *tasks = opendir("/proc/self/task");
    long ret = -1;
    for (struct dirent *task; tasks && (task = readdir(tasks));) {
        char path[300], line[256];
        snprintf(path, sizeof path, "/proc/self/task/%s/status", task->d_name);
        FILE *status = fopen(path, "r");
        if (!status)
            continue;
        if (fgets(line, sizeof line, status) && strcmp(line, "Name:\tsnug\n") == 0)
            while (fgets(line, sizeof line, status))
                sscanf(line, "voluntary_ctxt_switches: %ld", &ret);
        fclose(status);
    }
    if (tasks)
        closedir(tasks);
    return ret;
}

// Each number is the pipe's once more, and so it stays.
static int renew(long round)
{
    int n_bytes;
    for (int fd = FIRST; fd < FIRST + N; fd++)
        close(fd);
    if (round % 2)
        syscall(SYS_sched_yield);
    for (int fd = FIRST; fd < FIRST + N; fd++)
        if (dup2(PIPE, fd) != fd)
            return printf("no duplicate at %d\n", fd);
    for (int i = 0; i < 20; i++)
        for (int fd = FIRST; fd < FIRST + N; fd++)
            if (fcntl(fd, F_GETFD) < 0)
                return printf("round %ld: somebody closed %d\n", round, fd);
    if (ioctl(PIPE, FIONREAD, &n_bytes) != 0 || n_bytes != N_BYTES)
        return printf("round %ld: somebody read: %d bytes are left\n", round, n_bytes);
    return 0;
}

static int run(void)
{
    static char bytes[N_BYTES];
    int ends[2];
    long first, now;
    if (is_old())
        return 77;
    if (pipe(ends) != 0 || dup2(ends[0], PIPE) < 0 || dup2(ends[1], PIPE + 1) < 0 ||
        write(PIPE + 1, bytes, N_BYTES) != N_BYTES)
        return 3;
    for (int i = 0; (first = count_sleeps()) < 0; i++) {
        if (i > 600000)
            return 4;
        usleep(1000);
    }
    now = first;
    for (long round = 0; now >= first && now < first + LOOKS; round++) {
        if (renew(round))
            return 1;
        if (round % 100 == 0)
            now = count_sleeps();
    }
    return now < first ? 5 : 0; // It is to look until the end.
}
*/
import "C"
import "os"

func main() {
	status := int(C.run())
	C.fflush(C.stdout)
	os.Exit(status)
}
END_OF_GO
(cd "$work/closer.d" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o ../closer .)

# Go 1.25 and newer would have a descriptor of its own, for its cgroup.
export GODEBUG=updatemaxprocs=0,containermaxprocs=0 LD_PRELOAD="$object" SNUG_FOLLOW=on
r=0
SNUG_FOLLOW_INTERVAL=1ms "$work/closer" >"$work/out" 2>&1 || r=$?
cat "$work/out"
[ $r != 77 ] || echo 'machine lacks close_range(2)'
[ $r = 0 ] || exit $r
unset LD_PRELOAD

# What the runtime starts for more CPUs has the program's descriptors, a line of the log goes to
# its standard error, and who does such errands sleeps else.
mkdir "$work/counts.d"
cat >"$work/counts.d/main.go" <<'END_OF_GO'
package main

import "C"
import (
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	for seen := 0; ; time.Sleep(time.Millisecond) {
		if n := runtime.GOMAXPROCS(0); n != seen {
			fmt.Println(n)
			seen = n
		}
		if _, err := os.Stat(os.Args[1]); err == nil {
			return
		}
	}
}
END_OF_GO
(cd "$work/counts.d" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o ../counts .)

fail() { # TEXT
    echo "$1"
    cat "$work/out" "$work/err"
    exit 1
}

allow() { # CPUS COUNT
    taskset -apc "$1" "$running" >"$work/taskset"
    await "$2"
}

await() { # COUNT
    until [ "$(tail -n 1 "$work/out")" = "$1" ]; do
        kill -0 "$running" 2>"$work/gone" || fail "ended before it had $1"
        sleep 0.05
    done
}

directory() { # NAME
    dirname "$(grep -lx "$1" /proc/"$running"/task/*/comm)"
}

value() { # FIELD THREAD
    sed -n "s/^$1:\t//p" "$2/status"
}

all=$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status)
n=$(nproc)
LD_PRELOAD=$object SNUG_CPU_MIN=1 SNUG_LOG=info SNUG_FOLLOW_INTERVAL=10ms \
    "$work/counts" "$work/end" >"$work/out" 2>"$work/err" &
running=$!
trap 'kill -9 $running 2>"$work/gone" || :; rm -rf "$work"' EXIT
await "$n"
if [ "$n" -gt 1 ]; then
    for i in 1 2 3; do
        allow "${all%%[,-]*}" 1
        allow "$all" "$n"
    done
    # The line comes after the change.
    until [ "$(grep -c "follow: CPUs 1 to $n," "$work/err")" = 3 ]; do
        kill -0 "$running" 2>"$work/gone" || fail 'ended before the line'
        sleep 0.05
    done
fi
# The program has one more file open at times.
own=$(directory snug)
for thread in /proc/"$running"/task/*; do
    [ "$thread" = "$own" ] || [ "$(readlink "$thread/fd/1")" = "$work/out" ] || [ ! -e "$thread/fd" ] ||
        [ "$(value State "$thread" | cut -c 1)" = X ] || fail "$(cat "$thread/comm") has other descriptors"
done
case $(readlink "$own/fd/1") in anon_inode:*) ;; *) fail "descriptor 1 is $(readlink "$own/fd/1")" ;; esac
errands=$(directory snug-errands)
[ "$(value SigBlk "$errands")" = fffffffe3ffbfa27 ] || fail "blocked: $(value SigBlk "$errands")"
looked=$(value voluntary_ctxt_switches "$own")
slept=$(value voluntary_ctxt_switches "$errands")
until [ "$(value voluntary_ctxt_switches "$own")" -gt $((looked + 30)) ]; do
    sleep 0.05
done
[ "$slept" = "$(value voluntary_ctxt_switches "$errands")" ] || fail 'it wakes up for nothing'
: >"$work/end"
wait "$running" || fail "status $?"

# To leave would give up what the kernel has been asked for before: it tells of a message in a queue.
mkdir "$work/told.d"
cat >"$work/told.d/main.go" <<'END_OF_GO'
package main

/*
#cgo LDFLAGS: -lrt
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>

static const struct sigevent event = {.sigev_notify = SIGEV_NONE};
static mqd_t queue;
static int failure;

__attribute__((constructor)) static void ask(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 8};
    queue = mq_open("/snug-apart", O_CREAT | O_RDWR, 0600, &attributes);
    if (queue < 0 || mq_unlink("/snug-apart") < 0 || mq_notify(queue, &event) < 0)
        failure = errno;
}

static int why_not(void)
{
    return failure;
}

static int is_asked(void)
{
    return mq_notify(queue, &event) < 0 && errno == EBUSY;
}
*/
import "C"
import (
	"fmt"
	"os"
	"time"
)

func main() {
	if failure := C.why_not(); failure != 0 {
		fmt.Println("machine lacks message queues: error", failure)
		os.Exit(77)
	}
	fmt.Println("up")
	for {
		if _, err := os.Stat(os.Args[1]); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if C.is_asked() == 0 {
		fmt.Println("the kernel tells of no message any more")
		os.Exit(1)
	}
}
END_OF_GO
(cd "$work/told.d" && GO111MODULE=off GOFLAGS= CGO_ENABLED=1 go build -o ../told .)
rm "$work/end"
LD_PRELOAD=$object SNUG_FOLLOW_INTERVAL=10ms "$work/told" "$work/end" >"$work/out" 2>"$work/err" &
running=$!
until grep -qx up "$work/out" && grep -qlx snug /proc/"$running"/task/*/comm 2>"$work/gone" &&
    [ "$(value voluntary_ctxt_switches "$(directory snug)")" -gt 10 ]; do
    kill -0 "$running" 2>"$work/gone" || break
    sleep 0.05
done
: >"$work/end"
r=0
wait "$running" || r=$?
cat "$work/out"
exit $r
