/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The system calls that have to get through. What Go and libc make was seen: go/needs.py of
 * the tests traces programs of each release, Go 1.17 to 1.27, and compares. What is not
 * seen on amd64 is from the sources: arm64's calls, and what the vDSO answers. What snug
 * makes is what base/sys.c can: needs.sh compares.
 */
#include "snug/plan/needs.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <linux/mman.h>
#include <sys/syscall.h>
#include <time.h>
#if defined(__x86_64__)
#include <asm/prctl.h>
#endif

enum {
    NEWEST = 255,

    GO = SNUG_NEEDS_GO,
    LIBC = SNUG_NEEDS_LIBC,
    MUSL = SNUG_NEEDS_MUSL,
    SNUG = SNUG_NEEDS_SNUG,
    FOLLOW = SNUG_NEEDS_FOLLOW,
    RARE = SNUG_NEEDS_RARE,
    START = SNUG_NEEDS_AT_START,

    NONE = SNUG_NEEDS_TOLERATES_NONE,
    NOSYS = SNUG_NEEDS_TOLERATES_ENOSYS,
    ERRNO = SNUG_NEEDS_TOLERATES_ERRNO,

/* Go asks for limits by this from then on; on arm64 since it raises any. */
#if defined(__x86_64__)
    PRLIMIT_SINCE = 24,
#else
    PRLIMIT_SINCE = 19,
#endif

    PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS,
    SHARED = MAP_SHARED | MAP_ANONYMOUS,
    READ_WRITE = PROT_READ | PROT_WRITE,
    GO_THREAD =
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM | CLONE_THREAD,
    LIBC_THREAD = GO_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
    MUSL_THREAD = LIBC_THREAD | CLONE_DETACHED,
    WAIT = FUTEX_WAIT | FUTEX_PRIVATE_FLAG,
    WAKE = FUTEX_WAKE | FUTEX_PRIVATE_FLAG,
    WAIT_UNTIL = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME,
};

/* At most two arguments tell the calls of one number apart; `place` counts them from 1. */
struct row {
    uint16_t number;
    uint8_t first; /* Go minor releases, both included. */
    uint8_t last;
    uint8_t who;
    uint8_t tolerance;
    uint8_t place[2]; /* 0: none. */
    uint32_t value[2];
};

static const struct row rows[] = {
    /* Memory. */
    {SYS_mmap, 0, NEWEST, GO, NONE, {3, 4}, {PROT_NONE, PRIVATE}},
    {SYS_mmap, 0, NEWEST, GO | LIBC, NONE, {3, 4}, {READ_WRITE, PRIVATE}},
    {SYS_mmap, 0, NEWEST, GO, NONE, {3, 4}, {READ_WRITE, PRIVATE | MAP_FIXED}},
    {SYS_mmap, 0, NEWEST, LIBC, NONE, {3, 4}, {PROT_NONE, PRIVATE | MAP_STACK}},
    {SYS_mmap, 0, NEWEST, LIBC, NONE, {3, 4}, {PROT_NONE, PRIVATE | MAP_NORESERVE}},
    {SYS_mmap, 0, NEWEST, SNUG | START, ERRNO, {3, 4}, {READ_WRITE, SHARED}},
    {SYS_mmap, 0, NEWEST, RARE, ERRNO, {3, 4}, {READ_WRITE, PRIVATE}},
    {SYS_mbind, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_munmap, 0, NEWEST, GO | LIBC, NONE, {0}, {0}},
    {SYS_munmap, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_munmap, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_mprotect, 0, NEWEST, LIBC, NONE, {3}, {READ_WRITE}},
    {SYS_madvise, 0, NEWEST, GO | LIBC, NONE, {3}, {MADV_DONTNEED}},
    {SYS_madvise, 0, NEWEST, SNUG | START, ERRNO, {3}, {MADV_POPULATE_READ}},
    {SYS_madvise, 0, NEWEST, GO | RARE, ERRNO, {3}, {MADV_HUGEPAGE}},
    {SYS_madvise, 0, NEWEST, GO | RARE, ERRNO, {3}, {MADV_NOHUGEPAGE}},
    {SYS_madvise, 21, NEWEST, GO, ERRNO, {3}, {MADV_COLLAPSE}},
    {SYS_prctl, 25, NEWEST, GO, ERRNO, {1, 2}, {PR_SET_VMA, PR_SET_VMA_ANON_NAME}},
    {SYS_prctl, 0, NEWEST, RARE, ERRNO, {1, 2}, {PR_SET_VMA, PR_SET_VMA_ANON_NAME}},
    {SYS_prctl, 0, NEWEST, RARE, ERRNO, {1}, {PR_GET_PDEATHSIG}},
    {SYS_prctl, 0, NEWEST, RARE, ERRNO, {1}, {PR_SET_PDEATHSIG}},
    {SYS_prctl, 0, NEWEST, RARE | START, ERRNO, {1}, {PR_SET_THP_DISABLE}},
    {SYS_prctl, 0, NEWEST, FOLLOW, ERRNO, {1}, {PR_GET_NAME}},
    {SYS_prctl, 0, NEWEST, FOLLOW, ERRNO, {1}, {PR_SET_NAME}},
    {SYS_prctl, 0, NEWEST, SNUG | START, ERRNO, {1}, {PR_SET_DUMPABLE}},
    {SYS_brk, 0, NEWEST, LIBC, ERRNO, {0}, {0}},

    /* Threads and time. */
    {SYS_clone3, 0, NEWEST, LIBC, NOSYS, {0}, {0}},
    {SYS_clone3, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_clone, 0, NEWEST, GO, NONE, {1}, {GO_THREAD}},
    {SYS_clone, 0, NEWEST, LIBC, NONE, {1}, {LIBC_THREAD}},
    {SYS_clone, 0, NEWEST, LIBC, NONE, {1}, {MUSL_THREAD}},
    {SYS_clone, 0, NEWEST, SNUG | START, ERRNO, {1}, {CLONE_VFORK}},
    {SYS_set_robust_list, 0, NEWEST, LIBC, ERRNO, {0}, {0}},
    {SYS_rseq, 0, NEWEST, LIBC, ERRNO, {0}, {0}},
    {SYS_exit, 0, NEWEST, GO | LIBC, NONE, {0}, {0}},
    {SYS_exit, 0, NEWEST, SNUG | START, NONE, {0}, {0}},
    {SYS_exit_group, 0, NEWEST, GO | LIBC, NONE, {0}, {0}},
    {SYS_futex, 0, NEWEST, GO | LIBC | FOLLOW, NONE, {2}, {WAIT}},
    {SYS_futex, 0, NEWEST, GO | LIBC | FOLLOW, NONE, {2}, {WAKE}},
    {SYS_futex, 0, NEWEST, LIBC, NONE, {2}, {WAIT_UNTIL}},
    {SYS_nanosleep, 0, NEWEST, GO | FOLLOW, NONE, {0}, {0}},
    /* The kernel's own, when a thread that waits for a time has been stopped: by SIGSTOP, a
     * debugger, or the freezer of cgroup v2. */
    {SYS_restart_syscall, 0, NEWEST, GO | LIBC, NONE, {0}, {0}},
    {SYS_sched_yield, 0, NEWEST, GO, NONE, {0}, {0}},
    {SYS_clock_gettime, 0, NEWEST, GO | FOLLOW, NONE, {1}, {CLOCK_MONOTONIC}},
    {SYS_sched_getaffinity, 0, 24, GO | START, NONE, {0}, {0}},
    {SYS_sched_getaffinity, 25, NEWEST, GO, NONE, {0}, {0}},
    {SYS_sched_getaffinity, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_sched_getaffinity, 0, NEWEST, FOLLOW, ERRNO, {0}, {0}},

    /* Signals; SIGURG interrupts goroutines that run too long. */
    {SYS_rt_sigaction, 0, NEWEST, GO | LIBC, NONE, {0}, {0}},
    {SYS_rt_sigprocmask, 0, NEWEST, GO | LIBC | SNUG, NONE, {0}, {0}},
    {SYS_rt_sigreturn, 0, NEWEST, GO | LIBC, NONE, {0}, {0}},
    {SYS_rt_sigpending, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_rt_sigtimedwait, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_sigaltstack, 0, NEWEST, GO, NONE, {0}, {0}},
    {SYS_getpid, 0, NEWEST, GO | SNUG, NONE, {0}, {0}},
    {SYS_getppid, 0, NEWEST, RARE, NONE, {0}, {0}},
    {SYS_gettid, 0, NEWEST, GO | SNUG, NONE, {0}, {0}},
    {SYS_tgkill, 0, NEWEST, GO, NONE, {3}, {SIGURG}},
    {SYS_tgkill, 0, NEWEST, RARE, ERRNO, {3}, {0}},

    /* While it is profiled. Without timer_create the runtime has the other alone. */
    {SYS_setitimer, 0, NEWEST, GO, ERRNO, {0}, {0}},
    {SYS_timer_create, 18, NEWEST, GO, ERRNO, {0}, {0}},
    {SYS_timer_settime, 18, NEWEST, GO, NONE, {0}, {0}},
    {SYS_timer_delete, 18, NEWEST, GO, NONE, {0}, {0}},

    /* The network poller. */
    {SYS_epoll_create1, 0, NEWEST, GO, NONE, {0}, {0}},
    {SYS_epoll_create1, 0, NEWEST, FOLLOW | START, ERRNO, {0}, {0}},
    {SYS_epoll_ctl, 0, NEWEST, GO, NONE, {0}, {0}},
    {SYS_epoll_pwait, 0, NEWEST, GO, NONE, {0}, {0}},
    {SYS_pipe2, 0, 22, GO, NONE, {0}, {0}},
    {SYS_eventfd2, 23, NEWEST, GO, NONE, {0}, {0}},

    /* Files: the poller's descriptor, the last words of a program, the limits, snug's log,
     * what a profile says of the program's own file. */
    {SYS_read, 0, NEWEST, GO | FOLLOW, NONE, {0}, {0}},
    {SYS_read, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_write, 0, NEWEST, GO | SNUG, ERRNO, {0}, {0}},
    {SYS_pwritev2, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_ppoll, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_close, 0, NEWEST, GO | SNUG, ERRNO, {0}, {0}},
    {SYS_close_range, 0, NEWEST, FOLLOW | START, ERRNO, {0}, {0}},
    {SYS_openat, 0, NEWEST, GO | SNUG, ERRNO, {0}, {0}},
    {SYS_unlinkat, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_getdents64, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_pread64, 0, NEWEST, GO | FOLLOW, ERRNO, {0}, {0}},
    {SYS_pread64, 0, NEWEST, LIBC | START, NONE, {0}, {0}},
    {SYS_fcntl, 0, NEWEST, SNUG, ERRNO, {2}, {F_DUPFD_CLOEXEC}},
    {SYS_fcntl, 0, NEWEST, RARE, ERRNO, {2}, {F_SETSIG}},
    {SYS_fcntl, 0, NEWEST, RARE, ERRNO, {2}, {F_SETLEASE}},
    {SYS_fcntl, 21, NEWEST, GO | START, ERRNO, {2}, {F_GETFD}},
    {SYS_fcntl, 0, NEWEST, GO, ERRNO, {2}, {F_GETFL}},
    {SYS_fcntl, 20, NEWEST, GO, ERRNO, {2}, {F_SETFL}},
    {SYS_fstat, 0, NEWEST, GO | FOLLOW | RARE, ERRNO, {0}, {0}},
    {SYS_fstat, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_newfstatat, 0, NEWEST, LIBC | START, NONE, {0}, {0}},
    {SYS_newfstatat, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_newfstatat, 0, NEWEST, RARE, ERRNO, {0}, {0}},
    {SYS_fstatfs, 0, NEWEST, RARE | START, ERRNO, {0}, {0}},

    /* Before main: kernel, loader and libc. */
    {SYS_execve, 0, NEWEST, GO | LIBC | START, NONE, {0}, {0}},
    {SYS_set_tid_address, 0, NEWEST, LIBC | START, ERRNO, {0}, {0}},
    {SYS_prlimit64, 0, NEWEST, LIBC | SNUG | START, ERRNO, {0}, {0}},
    {SYS_prlimit64, PRLIMIT_SINCE, NEWEST, GO | START, ERRNO, {0}, {0}},
    {SYS_prlimit64, 0, NEWEST, RARE, ERRNO, {0}, {0}},
#if defined(__x86_64__)
    {SYS_getrlimit, 19, PRLIMIT_SINCE - 1, GO | START, ERRNO, {0}, {0}},
    {SYS_setrlimit, 19, PRLIMIT_SINCE - 1, GO | START, ERRNO, {0}, {0}},
#endif
    {SYS_membarrier, 0, NEWEST, LIBC | START, ERRNO, {0}, {0}}, /* musl */
    {SYS_getrandom, 0, NEWEST, LIBC | START, ERRNO, {0}, {0}},
#ifdef SYS_open
    {SYS_open, 0, NEWEST, MUSL | START, NONE, {0}, {0}},
#endif
#ifdef SYS_access
    {SYS_access, 0, NEWEST, LIBC | START, ERRNO, {0}, {0}},
#endif
/* And snug, of a program that is not Go, no other: see snug_sys_may_read. */
#ifdef SYS_arch_prctl
    {SYS_arch_prctl, 0, NEWEST, GO | LIBC | START, NONE, {1}, {ARCH_SET_FS}},
#endif

    /* Before main: snug. */
    {SYS_readlinkat, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    /* And later, where a policy that has changed is a link, as in a Kubernetes volume. */
    {SYS_readlinkat, 0, NEWEST, FOLLOW, ERRNO, {0}, {0}},
    {SYS_sched_setaffinity, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_getcpu, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_geteuid, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
    {SYS_geteuid, 0, NEWEST, FOLLOW, ERRNO, {0}, {0}},
    {SYS_wait4, 0, NEWEST, SNUG | START, ERRNO, {0}, {0}},
};

static bool is_needed(const struct row *row, unsigned go_minor, unsigned who)
{
    const unsigned minor = go_minor ? go_minor : NEWEST;
    const unsigned callers = row->who & ~(unsigned)START;
    return (callers & who) && (!(row->who & START) || (who & START)) &&
           row->first <= minor && minor <= row->last;
}

bool snug_needs_next(unsigned go_minor, unsigned who, unsigned *at, struct snug_need *ret)
{
    const unsigned n_rows = sizeof rows / sizeof *rows;
    unsigned i = *at;
    while (i < n_rows && !is_needed(&rows[i], go_minor, who))
        i++;
    *at = i + 1;
    if (i >= n_rows)
        return false;

    const struct row *row = &rows[i];
    *ret = (struct snug_need){
        .number = row->number,
        .who = row->who,
        .tolerance = (enum snug_needs_tolerance)row->tolerance,
    };
    for (unsigned j = 0; j < 2; j++) {
        if (!row->place[j])
            continue;
        ret->argument[row->place[j] - 1] = row->value[j];
        ret->matters |= (uint8_t)(1u << (row->place[j] - 1));
    }
    return true;
}
