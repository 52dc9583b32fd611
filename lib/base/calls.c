/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of system calls. Only what plan/needs.c lists has one: the object says nothing of
 * other calls but that a filter names them, and every system translates a number
 * (`scmp_sys_resolver 9`, `ausyscall 9`).
 */
#include "snug/base/calls.h"

#include <sys/syscall.h>

/* In the order of plan/needs.c. */
#define CALLS(ROW)         \
    ROW(mmap)              \
    ROW(mbind)             \
    ROW(munmap)            \
    ROW(mprotect)          \
    ROW(madvise)           \
    ROW(prctl)             \
    ROW(brk)               \
    ROW(clone3)            \
    ROW(clone)             \
    ROW(set_robust_list)   \
    ROW(rseq)              \
    ROW(exit)              \
    ROW(exit_group)        \
    ROW(futex)             \
    ROW(nanosleep)         \
    ROW(restart_syscall)   \
    ROW(sched_yield)       \
    ROW(clock_gettime)     \
    ROW(sched_getaffinity) \
    ROW(rt_sigaction)      \
    ROW(rt_sigprocmask)    \
    ROW(rt_sigreturn)      \
    ROW(rt_sigpending)     \
    ROW(rt_sigtimedwait)   \
    ROW(sigaltstack)       \
    ROW(getpid)            \
    ROW(getppid)           \
    ROW(gettid)            \
    ROW(tgkill)            \
    ROW(setitimer)         \
    ROW(timer_create)      \
    ROW(timer_settime)     \
    ROW(timer_delete)      \
    ROW(epoll_create1)     \
    ROW(epoll_ctl)         \
    ROW(epoll_pwait)       \
    ROW(pipe2)             \
    ROW(eventfd2)          \
    ROW(read)              \
    ROW(write)             \
    ROW(pwritev2)          \
    ROW(ppoll)             \
    ROW(close)             \
    ROW(close_range)       \
    ROW(openat)            \
    ROW(unlinkat)          \
    ROW(getdents64)        \
    ROW(pread64)           \
    ROW(fcntl)             \
    ROW(fstat)             \
    ROW(newfstatat)        \
    ROW(fstatfs)           \
    ROW(execve)            \
    ROW(set_tid_address)   \
    ROW(prlimit64)         \
    ROW(membarrier)        \
    ROW(getrandom)         \
    ROW(readlinkat)        \
    ROW(sched_setaffinity) \
    ROW(getcpu)            \
    ROW(geteuid)           \
    ROW(wait4)             \
    OLD_CALLS(ROW)

/* Which numbers there are, both ends included: Linux 6.18. Between them is what other
 * architectures have, or 32-bit ones. */
struct range {
    uint16_t first;
    uint16_t last;
};

#if defined(__x86_64__)
#define OLD_CALLS(ROW) ROW(getrlimit) ROW(setrlimit) ROW(open) ROW(access) ROW(arch_prctl)
static const struct range ranges[] = {{0, 336}, {424, 469}};
#else
#define OLD_CALLS(ROW)
static const struct range ranges[] = {{0, 243}, {260, 294}, {424, 469}};
#endif

enum { N_RANGES = sizeof ranges / sizeof *ranges };

#define NUMBER(name) SYS_##name,
#define NAME(name)   #name "\0"

/* No pointers: nothing to relocate. */
static const uint16_t numbers[] = {CALLS(NUMBER)};
static const char names[] = CALLS(NAME);

bool snug_calls_has(uint64_t number)
{
    for (unsigned i = 0; i < N_RANGES; i++)
        if (ranges[i].first <= number && number <= ranges[i].last)
            return true;
    return false;
}

bool snug_calls_is_below_last(uint64_t number)
{
    return number < ranges[N_RANGES - 1].last;
}

void snug_calls_put_name(struct snug_builder *out, uint64_t number)
{
    struct snug_text name = snug_text_of(names);
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i] == number) {
            snug_text_put_slice(out, name);
            return;
        }
        name = snug_text_of(name.at + name.n + 1);
    }
    snug_text_put_u64(out, number);
}

void snug_calls_put(struct snug_builder *out, uint64_t number)
{
    snug_calls_put_name(out, number);
    snug_text_put(out, " (");
    snug_text_put_u64(out, number);
    snug_text_put(out, ")");
}

const char *snug_calls_architecture(void)
{
#if defined(__x86_64__)
    return "amd64";
#else
    return "arm64";
#endif
}
