#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Seccomp filters that refuse, or kill for, the calls that snug makes and a Go program does not:
# filter.sh OBJECT FILTER. The program must start as ever, with the count said in one way or the
# other: by the mask where that is possible, else by GOMAXPROCS.
set -eu
object=$1 filter=$(realpath "$2")
command -v go > /dev/null || { echo 'not installed: go'; exit 77; }
[ "$(nproc)" -ge 2 ] || { echo 'one CPU cannot be presented as fewer'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat > main.go << 'END'
package main

import "C"
import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"
)

// Snug's threads: a second one may have no name yet when the first has looked.
func findThreads() string {
	var names []string
	entries, _ := os.ReadDir("/proc/self/task")
	for _, entry := range entries {
		name, _ := os.ReadFile("/proc/self/task/" + entry.Name() + "/comm")
		if strings.HasPrefix(string(name), "snug") {
			names = append(names, strings.TrimSpace(string(name)))
		}
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}

// Whether the one that looks has slept.
func looks() bool {
	names, _ := filepath.Glob("/proc/self/task/*/status")
	for _, name := range names {
		status, _ := os.ReadFile(name)
		if text := string(status); strings.HasPrefix(text, "Name:\tsnug\n") &&
			!strings.Contains(text, "\nvoluntary_ctxt_switches:\t0\n") {
			return true
		}
	}
	return false
}

func main() {
	if len(os.Args) > 1 {
		time.Sleep(300 * time.Millisecond)
	}
	if len(os.Args) > 1 && os.Args[1] == "threads" {
		for i := 0; i < 60000 && !(looks() && findThreads() == os.Args[2]); i++ {
			time.Sleep(time.Millisecond)
		}
		fmt.Println(findThreads())
		return
	}
	fmt.Println(runtime.NumCPU(), runtime.GOMAXPROCS(0))
}
END
GO111MODULE=off GOFLAGS= go build -o program main.go

case $(uname -m) in
x86_64) setaffinity=203 getcpu=309 wait4=61 prctl=157 prlimit64=302 pwritev2=328 ;;
aarch64) setaffinity=122 getcpu=168 wait4=260 prctl=167 prlimit64=261 pwritev2=287 ;;
*) echo 'machine lacks an architecture whose numbers of calls are known here'; exit 77 ;;
esac
n_cpus=$(./program | cut -d' ' -f1)
failures=0

expect() { # LABEL NUMCPU ACTION NUMBER
    r=0
    # From Go 1.25 on the runtime itself calls prctl, to name its mappings.
    found=$(SNUG_CPU_COUNT=1 GODEBUG=decoratemappings=0 "$filter" "$3" "$4" /usr/bin/env LD_PRELOAD="$object" \
        ./program 2>&1) || r=$?
    [ "$r" != 77 ] || { echo 'machine lacks seccomp filters'; exit 77; }
    [ "$r $found" = "0 $2 1" ] && return
    echo "$1: expected '$2 1', got '$found' and exit code $r"
    failures=$((failures + 1))
}

expect 'a filter that does not matter' 1 allow $setaffinity
expect 'sched_setaffinity is refused' "$n_cpus" refuse $setaffinity
expect 'sched_setaffinity kills' "$n_cpus" kill $setaffinity
expect 'getcpu kills' 1 kill $getcpu
expect 'wait4 is refused' 1 refuse $wait4
expect 'wait4 kills, so the trial has no answer' "$n_cpus" kill $wait4
expect 'prctl kills, and is not needed' 1 kill $prctl
expect 'prlimit64 is refused' 1 refuse $prlimit64

# Calls of newer kernels are tried alone: where a filter kills for one, the rest goes on.
lives() { # LABEL ACTION NUMBER THREADS VARIABLE…
    label=$1 action=$2 number=$3 threads=$4
    shift 4
    { # Standard error is a pipe.
        r=0
        env "$@" LD_PRELOAD="$object" "$filter" "$action" "$number" ./program threads "$threads" > found || r=$?
        echo "$r" > status
    } 2>&1 | cat > lines
    r=$(cat status)
    [ "$r $(tail -n 1 found)" = "0 $threads" ] && [ "$(wc -l < lines)" = 1 ] && return
    echo "$label: exit code $r, $(tail -n 1 found), not $threads"
    cat lines
    failures=$((failures + 1))
}

cat > known.c << 'END'
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) { return !(syscall(436, 1, 0, 2) < 0 && errno == EINVAL); }
END
cc -o known known.c
both='snug snug-errands'
./known || both=snug # Before Linux 5.9 there is no close_range.

# Each has a line at the start.
followed='SNUG_FOLLOW=on SNUG_FOLLOW_INTERVAL=10ms SNUG_LOG=info'
lives 'close_range is allowed' allow 436 "$both" $followed
lives 'close_range is refused' refuse 436 snug $followed
lives 'close_range kills' kill 436 snug $followed
lives 'pwritev2 kills' kill $pwritev2 "$both" $followed
lives 'pwritev2 is refused' refuse $pwritev2 "$both" $followed

# What no program's loader does kills those that are not Go too, at every start: opening with
# flags of our own.
cat > open.c << 'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_readlinkat, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, ~(O_CLOEXEC | O_DIRECTORY | 0100000), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog program = {sizeof code / sizeof *code, code};
    (void)argc;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        return 77;
    execv(argv[1], argv + 1);
    return 1;
}
END
cc -o open open.c
untried=
r=0
./open /bin/true || r=$?
if [ $r = 0 ]; then
    for program in /bin/true ./program; do
        LD_PRELOAD=$object ./open $program > found ||
            { echo "$program under a filter for flags: $?"; failures=$((failures + 1)); }
    done
    # Nor does the Go runtime: what needs it is off.
    for setting in SNUG_FOLLOW=on SNUG_STATS_FILE=$work/stats SNUG_LOG_FILE=$work/log; do
        SNUG_FOLLOW_INTERVAL=10ms SNUG_LOG=error LD_PRELOAD=$object ./open /usr/bin/env $setting \
            ./program rest > found ||
            { echo "$setting under a filter for flags: $?"; failures=$((failures + 1)); }
    done
else
    untried=1
    echo "machine lacks a loader that lives under a filter for flags: status $r"
fi

# A policy is somebody's file under a filter too: a link, as in a volume of Kubernetes, is followed
# with care, and one that cannot be read is told once and waited for by nobody.
with_policy() { # FILE: what the program says with it
    SNUG_POLICY=$work/$1 LD_PRELOAD=$object timeout 300 "$filter" allow $setaffinity ./program 2>&1 ||
        echo "exit code $?"
}
printf 'cpu.count = 1\nscope = all\n' > data.conf
ln -s data.conf link.conf
mkfifo fifo.conf
ln -s fifo.conf link_to_fifo.conf
[ "$(with_policy link.conf)" = "1 1" ] ||
    { echo "a policy by a link: $(with_policy link.conf)"; failures=$((failures + 1)); }
for name in fifo.conf link_to_fifo.conf; do
    with_policy $name > found
    [ "$(grep -c "is not taken" found)" = 1 ] && grep -q "^$n_cpus " found ||
        { echo "$name:"; cat found; failures=$((failures + 1)); }
done
if [ "$(id -u)" = 0 ]; then
    chown -h 1 link.conf
    with_policy link.conf > found
    grep -q "is not taken" found || { echo "somebody else's link:"; cat found; failures=$((failures + 1)); }
fi

# A trial that ends by the filter leaves no core dump of the program, however it is to be
# written; and where nothing is narrowed there is no trial at all.

wrong() { # LABEL FILE
    echo "$1:"
    head -n 40 "$2"
    failures=$((failures + 1))
}

# The calls of a start under a filter that kills for sched_setaffinity.
trace() { # COUNT COMMAND…
    count=$1
    shift
    SNUG_CPU_COUNT=$count strace -f -o trace "$@" "$filter" kill $setaffinity \
        /usr/bin/env LD_PRELOAD="$object" ./program > out 2>&1
}

if (ulimit -c unlimited) 2> err && strace -o trace true 2> err; then
    ulimit -c unlimited
    trace 1
    grep -q 'killed by SIGSYS' trace || wrong 'nothing was tried' trace
    ! grep 'killed by SIGSYS (core dumped)' trace || wrong 'a trial dumps core' trace
    # A process that may not raise its limit, and one whose libc refuses the call.
    if [ "$(id -u)" = 0 ] && command -v setpriv > out; then
        trace 1 setpriv --bounding-set -sys_resource --inh-caps -all prlimit --core=0:0
        grep -q 'killed by SIGSYS' trace || wrong 'nothing was tried at limit 0' trace
        grep -q 'prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE' trace ||
            wrong 'a trial at limit 0 calls the handler of dumps' trace
    fi
    trace "$n_cpus"
    ! grep 'killed by SIGSYS' trace || wrong 'a trial where nothing is narrowed' trace
    ! grep 'CLONE_VFORK' trace || wrong 'a child where nothing is narrowed' trace
    trace off
    ! grep 'CLONE_VFORK' trace || wrong 'a child where no count is said' trace
else
    untried=1
    echo 'machine lacks permission to trace, or to dump core'
fi
[ -z "$untried" ] || [ "$failures" != 0 ] || exit 77
exit "$failures"
