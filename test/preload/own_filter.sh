#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Go programs whose own C code loads a seccomp filter before the runtime starts, while the start
# window is open or before it opens: own_filter.sh OBJECT. The filter refuses or kills for
# sched_setaffinity, which snug's plan could not know. The program lives, its mask is whole, and
# GOMAXPROCS says the count. Where it only asks whether there are filters, NumCPU does. Nor does it
# let through how a follower looks at the policy.
set -eu
object=$1
command -v go > /dev/null || { echo 'not installed: go'; exit 77; }
[ "$(nproc)" -ge 2 ] || { echo 'one CPU cannot be presented as fewer'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat > main.go << 'END'
package main

/*
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int has(const char *word)
{
	const char *how = getenv("HOW");
	return how && strstr(how, word);
}

// For all threads, with the program's own code running: it kills for what a policy by a link takes,
// and for a look at an open file as libc makes it, which Go does not.
static int load_later(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_readlinkat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_newfstatat, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1000, 0, 1), // AT_EMPTY_PATH
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = {sizeof code / sizeof *code, code};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
}

__attribute__((constructor)) static void load(void)
{
	static pthread_attr_t attr;
	if (has("later"))
		return;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setaffinity, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, has("kill") ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 010000000, 0, 1), // O_PATH
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = {sizeof code / sizeof *code, code};
	const struct sock_fprog *program = has("ask") ? NULL : &filter;
	if (has("window")) {
		pthread_attr_init(&attr);
		pthread_attr_destroy(&attr);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    ((has("syscall") ? syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program)
	                     : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)) && program))
		_exit(77);
}
*/
import "C"
import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

func main() {
	if os.Getenv("HOW") == "later rest" {
		if C.load_later() != 0 {
			os.Exit(77)
		}
		os.Rename("new.conf", "link.conf")
	}
	if strings.Contains(os.Getenv("HOW"), "rest") {
		time.Sleep(300 * time.Millisecond)
	}
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "Cpus_allowed_list:") {
			fmt.Println(runtime.NumCPU(), runtime.GOMAXPROCS(0), strings.TrimSpace(line[18:]))
		}
	}
}
END
GO111MODULE=off GOFLAGS= go build -o program main.go
all=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
failures=0
for how in 'refuse prctl' 'refuse syscall' 'refuse prctl window' 'refuse syscall window' \
    'kill prctl' 'kill syscall' 'kill prctl window' 'kill syscall window' 'ask prctl' 'ask syscall'; do
    case $how in ask*) n_cpus=1 ;; *) n_cpus=$(nproc) ;; esac
    r=0
    found=$(HOW=$how SNUG_CPU_COUNT=1 LD_PRELOAD=$object ./program 2>&1) || r=$?
    [ "$r" != 77 ] || { echo 'machine lacks seccomp filters'; exit 77; }
    [ "$r $found" = "0 $n_cpus 1 $all" ] && continue
    echo "$how: expected '$n_cpus 1 $all', got '$found' and exit code $r"
    failures=$((failures + 1))
done
r=0
HOW='refuse prctl rest' SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=10ms SNUG_LOG=error LD_PRELOAD=$object \
    ./program > found 2>&1 || r=$?
[ $r = 0 ] && grep -q 'follow: off: ' found ||
    { echo "following: exit code $r"; cat found; failures=$((failures + 1)); }

printf 'log = error\n' > old
printf 'log = error\ncpu.min = 2\n' > new
ln -s old link.conf
ln -s new new.conf
r=0
HOW='later rest' SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=10ms SNUG_POLICY=$work/link.conf LD_PRELOAD=$object \
    ./program > found 2>&1 || r=$?
[ $r != 77 ] || [ $failures != 0 ] || { echo 'machine lacks seccomp filters for all threads'; exit 77; }
[ $r = 0 ] ||
    { echo "a policy that changes later: exit code $r"; cat found; failures=$((failures + 1)); }
exit "$failures"
