#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# C programs that load a seccomp filter of their own long after the start: late_filter.sh OBJECT. It
# kills for calls that snug makes and they do not. They live, as without snug, and can put back a mask
# that they were shown.
set -eu
object=$1
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cat > "$work/late.c" << 'END'
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KILL_FOR(number) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static int load(int number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        KILL_FOR(SYS_openat),
        KILL_FOR(SYS_newfstatat),
        KILL_FOR(SYS_ppoll),
        KILL_FOR(SYS_getpid),
        KILL_FOR(number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void *rest(void *unused)
{
    pause();
    return unused;
}

/* The CPUs that the kernel gives the calling thread. */
static long count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    return syscall(SYS_sched_getaffinity, 0, sizeof set, &set) < 0 ? -1 : CPU_COUNT(&set);
}

int main(int argc, char **argv)
{
    cpu_set_t set;
    pthread_t thread;
    const pid_t self = (pid_t)syscall(SYS_gettid);
    const int is_named = argc > 1 && strcmp(argv[1], "put back by number") == 0;
    const int puts_back = is_named || (argc > 1 && strcmp(argv[1], "put back") == 0);
    const pid_t whom = is_named ? self : 0;
    const long n_before = count();
    if (puts_back && sched_getaffinity(whom, sizeof set, &set))
        return 4;
    if (argc < 2 || load(puts_back && !is_named ? SYS_sched_getaffinity : SYS_getppid))
        return 1;
    if (puts_back) {
        if (sched_setaffinity(whom, sizeof set, &set))
            return 5;
        if (is_named && count() != n_before)
            return 6;
    } else if (strcmp(argv[1], "threads") == 0) {
        for (int i = 0; i < 16; i++)
            if (pthread_create(&thread, NULL, rest, NULL))
                return 2;
    } else if (sched_getaffinity(self, sizeof set, &set) ||
               sched_setaffinity(self, sizeof set, &set)) {
        return 3;
    }
    _exit(0);
}
END
cc -o "$work/late" "$work/late.c" -pthread

for what in threads affinity "put back" "put back by number"; do
    "$work/late" "$what" || { echo "not to be tried here: $what"; exit 77; }
    status=0
    SNUG_SCOPE=all SNUG_CPU_COUNT=1 SNUG_CPU_MIN=1 SNUG_THREADS_WARN=2 LD_PRELOAD=$object \
        "$work/late" "$what" 2> "$work/err" || status=$?
    [ $status = 0 ] || { echo "$what: status $status"; failures=$((failures + 1)); }
done
exit "$failures"
