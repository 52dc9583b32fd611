/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The arguments are such that the kernel's own answer is an error that no filter gives, or
 * that nothing happens in a child that ends at once. What has no such arguments is not
 * tried: exit, exit_group, rt_sigreturn.
 */
#include "snug/cli/subject/trials.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "snug/base/sys.h"
#include "snug/cli/subject/needed.h"
#include "snug/cli/subject/process.h"
#include "snug/facts/privileges.h"

enum {
    CALLS_MAX = 160,
    DEATHS_MAX = 4, /* Each is a line in the kernel's log. */
    NOT_TRIED = 1,  /* As an answer. */
    STACK_BYTES = 16 * 1024,
    LOCAL_BYTES = 4 * 1024,
    THREADS_MAX = 4,
    BAD = 1, /* An address and an alignment that are wrong everywhere; */
    ALL = -1,
    MUCH = 1 << 30, /* and a number that is too large for anything. */
};

/* What the list of needs says of an argument stands in place of these. */
struct attempt {
    uint16_t number;
    int argument[6];
};

static const struct attempt attempts[] = {
    {SYS_mmap, {0, 0, 0, 0, ALL, 0}}, /* Nothing long. */
    {SYS_mbind, {BAD}},
    {SYS_munmap, {BAD, 0}},
    {SYS_mprotect, {BAD, 0}},
    {SYS_madvise, {BAD, 0}},
    {SYS_prctl, {0}},
    {SYS_brk, {0}},
    {SYS_clone3, {0, 0}},
    {SYS_set_robust_list, {0, BAD}},
    {SYS_rseq, {BAD, 0, MUCH}},
    {SYS_futex, {BAD}},
    {SYS_nanosleep, {0}},
    {SYS_restart_syscall, {0}},
    {SYS_sched_yield, {0}},
    {SYS_clock_gettime, {0, 0}},
    {SYS_sched_getaffinity, {0, 0, 0}},
    {SYS_rt_sigaction, {0, 0, 0, 0}},
    {SYS_rt_sigprocmask, {0, 0, 0, 0}},
    {SYS_rt_sigpending, {0, MUCH}},
    {SYS_rt_sigtimedwait, {0, 0, 0, 0}},
    {SYS_sigaltstack, {0, 0}},
    {SYS_getpid, {0}},
    {SYS_getppid, {0}},
    {SYS_gettid, {0}},
    {SYS_tgkill, {ALL, ALL}},
    {SYS_setitimer, {0, BAD}},
    {SYS_timer_create, {MUCH, 0, 0}},
    {SYS_timer_settime, {0, 0, 0, 0}},
    {SYS_timer_delete, {ALL}},
    {SYS_epoll_create1, {ALL}},
    {SYS_epoll_ctl, {ALL, MUCH, ALL, 0}},
    {SYS_epoll_pwait, {ALL, 0, 0}},
    {SYS_pipe2, {0, ALL}},
    {SYS_eventfd2, {0, ALL}},
    {SYS_read, {ALL}},
    {SYS_write, {ALL}},
    {SYS_ppoll, {0, MUCH}},
    {SYS_close, {ALL}},
    {SYS_openat, {ALL, 0}},
    {SYS_unlinkat, {ALL, 0}},
    {SYS_getdents64, {ALL}},
    {SYS_pread64, {ALL}},
    {SYS_fcntl, {ALL}},
    {SYS_fstat, {ALL}},
    {SYS_newfstatat, {ALL, 0}},
    {SYS_fstatfs, {ALL}},
    {SYS_execve, {0}},
    {SYS_set_tid_address, {0}},
    {SYS_prlimit64, {0, MUCH}},
    {SYS_membarrier, {ALL}},
    {SYS_getrandom, {0, 0, ALL}},
    {SYS_readlinkat, {ALL, 0, 0, 0}},
    {SYS_sched_setaffinity, {0, 8, BAD}},
    {SYS_getcpu, {0, 0, 0}},
    {SYS_geteuid, {0}},
    {SYS_wait4, {0, 0, ALL}},
#if defined(__x86_64__)
    {SYS_getrlimit, {MUCH, 0}},
    {SYS_setrlimit, {MUCH, 0}},
    {SYS_open, {0}},
    {SYS_access, {0}},
#endif
};

/* Shared with the children. */
struct course {
    unsigned n;
    volatile unsigned at;   /* The call that is made, or comes next. */
    volatile bool is_begun; /* By a child. */
    struct snug_need need[CALLS_MAX];
    volatile long answer[CALLS_MAX];
};

static int end_at_once(void *unused)
{
    (void)unused;
    return 0;
}

/* A thread of the child, made as the runtime and libc make theirs. It may last longer than
 * what comes next. */
static long make_thread(int flags)
{
    static _Alignas(16) char stack[THREADS_MAX][STACK_BYTES];
    static _Alignas(16) char locals[2 * LOCAL_BYTES];
    static unsigned n;
    static pid_t number;
    if (n == THREADS_MAX)
        return NOT_TRIED;
    char *const end = stack[n++] + STACK_BYTES;
    return clone(end_at_once, end, flags, NULL, &number, locals + LOCAL_BYTES, &number) < 0
               ? -errno
               : 0;
}

static long make_call(const struct snug_need *need)
{
    if (need->number == SYS_clone && need->argument[0] & CLONE_THREAD)
        return make_thread((int)need->argument[0]);
#if defined(__x86_64__)
    if (need->number == SYS_arch_prctl) /* As it is. */
        return snug_sys_any(need->number, (long)need->argument[0], (long)pthread_self(), 0,
                            0, 0, 0);
#endif
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        long a[6];
        if (attempts[i].number != need->number)
            continue;
        for (unsigned j = 0; j < 6; j++)
            a[j] =
                need->matters >> j & 1 ? (long)need->argument[j] : attempts[i].argument[j];
        return snug_sys_any(need->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
    return NOT_TRIED;
}

static int make_calls(const void *argument)
{
    struct course *const course = (struct course *)(uintptr_t)argument;
    course->is_begun = true;
    for (; course->at < course->n; course->at++)
        course->answer[course->at] = make_call(&course->need[course->at]);
    return 0;
}

/* Calls that not every kernel has: the first release with them, 0 where it is for who
 * builds it to say. The rest is older than Linux 4.0. */
static const struct novelty {
    uint16_t number;
    uint8_t major;
    uint8_t minor;
} novelties[] = {
    {SYS_mbind, 0, 0},
    {SYS_membarrier, 4, 3},
    {SYS_rseq, 4, 18},
    {SYS_clone3, 5, 3},
};

bool snug_trials_may_lack(const char *release, bool has_nodes, unsigned number)
{
    struct snug_text rest = snug_text_of(release);
    struct snug_text word;
    uint64_t major = 0;
    uint64_t minor = 0;
    /* `6.1.0-48-cloud-amd64`, of which the second number ends anywhere. */
    if (!snug_text_cut(&rest, '.', &word) || snug_text_u64(word, &major) < 0)
        return false;
    for (size_t i = 0; i < rest.n && rest.at[i] >= '0' && rest.at[i] <= '9'; i++)
        minor = minor * 10 + (uint64_t)(rest.at[i] - '0');
    for (size_t i = 0; i < sizeof novelties / sizeof *novelties; i++) {
        const struct novelty *new = &novelties[i];
        if (new->number == number)
            return new->major
                       ? major < new->major || (major == new->major &&minor < new->minor)
                       : !has_nodes;
    }
    return false;
}

/* Whether it is the kernel that has no such call, and not the filter that says so. */
static bool is_lacking(unsigned number)
{
    struct utsname system;
    return uname(&system) == 0 &&
           snug_trials_may_lack(system.release,
                                access("/sys/devices/system/node/online", F_OK) == 0,
                                number);
}

/* Errors of the kernel's, which the arguments ask for. */
static bool is_kernels(long answer)
{
    return answer >= 0 || answer == -EINVAL || answer == -EFAULT || answer == -EBADF ||
           answer == -ESRCH || answer == -EINTR || answer == -ENOENT || answer == -ENOMEM ||
           answer == -EAGAIN;
}

static bool is_harmless(const struct snug_need *need, unsigned error)
{
    return error && (need->tolerance == SNUG_NEEDS_TOLERATES_ERRNO ||
                     (need->tolerance == SNUG_NEEDS_TOLERATES_ENOSYS && error == ENOSYS));
}

/* Of several calls of one number the one that does harm stands for all. */
static void take_answer(const struct snug_need *need, long answer, struct snug_trials *ret)
{
    const unsigned error = answer == -ECHILD ? 0 : (unsigned)-answer;
    struct snug_refused *last = ret->n ? &ret->refused[ret->n - 1] : NULL;
    if (is_kernels(answer) || (error == ENOSYS && is_lacking((unsigned)need->number)))
        return;
    if (!last || last->number != (unsigned)need->number) {
        if (ret->n == SNUG_TRIALS_REFUSED_MAX) {
            ret->is_cut = true;
            return;
        }
        last = &ret->refused[ret->n++];
    } else if (!last->is_harmless) {
        return;
    }
    *last = (struct snug_refused){(unsigned)need->number, error, is_harmless(need, error)};
}

static enum snug_trials_state run(struct course *course, struct snug_trials *ret)
{
    unsigned n_deaths = 0;
    while (course->at < course->n && n_deaths < DEATHS_MAX) {
        course->is_begun = false;
        const long r = snug_sys_ask_child(make_calls, course);
        if (r < 0 && !course->is_begun)
            return SNUG_TRIALS_FAILED;
        if (r < 0) {
            course->answer[course->at++] = -ECHILD;
            n_deaths++;
        }
    }
    ret->is_cut |= course->at < course->n;
    int number = -1;
    for (unsigned i = 0; i < course->at; i++) {
        if (course->answer[i] == NOT_TRIED)
            continue;
        ret->n_tried += course->need[i].number != number;
        number = course->need[i].number;
        take_answer(&course->need[i], course->answer[i], ret);
    }
    return SNUG_TRIALS_MADE;
}

static enum snug_trials_state try_needs(const struct snug_subject *subject,
                                        struct snug_trials *ret)
{
    struct course *const course = mmap(NULL, sizeof *course, PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (course == MAP_FAILED)
        return SNUG_TRIALS_FAILED;
    unsigned at = 0;
    while (course->n < CALLS_MAX &&
           snug_needs_next(subject->facts.program.go_minor, snug_needed_who(subject), &at,
                           &course->need[course->n]))
        course->n++;
    struct snug_need more;
    ret->is_cut =
        course->n == CALLS_MAX && snug_needs_next(subject->facts.program.go_minor,
                                                  snug_needed_who(subject), &at, &more);
    const enum snug_trials_state state = run(course, ret);
    (void)munmap(course, sizeof *course); /* It was mapped. */
    return state;
}

static int try_mbind(const void *unused)
{
    (void)unused;
    return (int)snug_sys_any(SYS_mbind, BAD, 0, 0, 0, 0, 0);
}

/* A filter has no name: as many, in one container, are the same. Who is started by kubectl
 * exec has the container's mounts. */
static bool is_same_filter(int pid, const struct snug_privilege_facts *own,
                           const struct snug_privilege_facts *other)
{
    return own->seccomp == other->seccomp && own->seccomp != SNUG_SECCOMP_UNKNOWN &&
           (own->seccomp == SNUG_SECCOMP_OFF ||
            (own->n_filters && own->n_filters == other->n_filters &&
             snug_process_shares(pid, "mnt")));
}

void snug_trials_make(const struct snug_subject *subject, struct snug_trials *ret)
{
    const struct snug_privilege_facts *other = &subject->facts.privileges;
    const int pid = subject->root.pid;
    struct snug_privilege_facts own;
    struct snug_cpus allowed;
    enum snug_why why;
    *ret = (struct snug_trials){.state = SNUG_TRIALS_OTHER};
    snug_privileges_read(&snug_file_live, &own, &allowed, &why);
    if (subject->counted.page.head.magic == SNUG_COUNTERS_MAGIC)
        ret->n_not_placed = subject->counted.page.counter[SNUG_COUNT_PASSED_PLACE_FAILED];
    const bool is_same = !pid || is_same_filter(pid, &own, other);
    if (subject->facts.nodes.n_online != 1 && is_same &&
        (!pid || own.effective == other->effective)) {
        const long r = snug_sys_ask_child(try_mbind, NULL);
        ret->has_place = true;
        ret->place_error =
            is_kernels(r) || (r == -ENOSYS && is_lacking(SYS_mbind)) ? 0 : (unsigned)-r;
    }
    if (other->seccomp == SNUG_SECCOMP_OFF)
        ret->state = SNUG_TRIALS_NO_FILTER;
    else if (is_same && other->seccomp == SNUG_SECCOMP_FILTER)
        ret->state = try_needs(subject, ret);
}
