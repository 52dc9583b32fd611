/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Raw system calls, amd64 and arm64. The only file of the preload path that makes any.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "snug/base/objects.h"
#include "snug/base/sys.h"

enum { NS_PER_SECOND = 1000000000 };

/* __WCLONE: wait for children without an exit signal. */
static const long wait_clone = (long)0x80000000u;

#if defined(__x86_64__)

static long call6(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long ret;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}

/* The registers of arguments that a call does not have stay as they are: to clear them
 * where this is inlined would be most of its code. */
static long call4(long number, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long ret;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return ret;
}

static long call3(long number, long a, long b, long c)
{
    long ret;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return ret;
}

static long call0(long number)
{
    long ret;
    __asm__ volatile("syscall" : "=a"(ret) : "a"(number) : "rcx", "r11", "memory");
    return ret;
}

#elif defined(__aarch64__)

static long call6(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

static long call4(long number, long a, long b, long c, long d)
{
    return call6(number, a, b, c, d, 0, 0);
}

static long call3(long number, long a, long b, long c)
{
    return call6(number, a, b, c, 0, 0, 0);
}

static long call0(long number)
{
    return call6(number, 0, 0, 0, 0, 0, 0);
}

#else
#error "snug knows the system call convention of amd64 and arm64 only"
#endif

long snug_sys_any(long number, long a, long b, long c, long d, long e, long f)
{
    return call6(number, a, b, c, d, e, f);
}

long snug_sys_openat(int dir, const char *path, int flags)
{
    return call4(SYS_openat, dir, (long)path, flags, 0);
}

/* What a process does in any case is what its loader does: glibc looks for ld.so.preload,
 * musl opens files. A seccomp filter may kill for any other call, and for flags. */
long snug_sys_may_read(const char *path)
{
    static const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    if (!snug_objects_has_musl())
#ifdef SYS_access
        return call3(SYS_access, (long)path, R_OK, 0);
#else
        return call3(SYS_faccessat, AT_FDCWD, (long)path, R_OK);
#endif
#ifdef SYS_open
    const long fd = call3(SYS_open, (long)path, flags, 0);
#else
    const long fd = snug_sys_openat(AT_FDCWD, path, flags);
#endif
    return fd < 0 ? fd : snug_sys_close((int)fd);
}

long snug_sys_fcntl(int fd, int command, long argument)
{
    return call3(SYS_fcntl, fd, command, argument);
}

long snug_sys_create(int dir, const char *path, int flags, unsigned mode)
{
    return call4(SYS_openat, dir, (long)path, flags | O_CREAT, (long)mode);
}

long snug_sys_read(int fd, void *ret_buf, size_t n_bytes)
{
    return call3(SYS_read, fd, (long)ret_buf, (long)n_bytes);
}

long snug_sys_pread(int fd, void *ret_buf, size_t n_bytes, uint64_t offset)
{
    return call4(SYS_pread64, fd, (long)ret_buf, (long)n_bytes, (long)offset);
}

long snug_sys_write(int fd, const void *buf, size_t n_bytes)
{
    return call3(SYS_write, fd, (long)buf, (long)n_bytes);
}

long snug_sys_pwritev2(int fd, const void *buf, size_t n_bytes, int flags)
{
    const long all[] = {(long)buf, (long)n_bytes};
    return call6(SYS_pwritev2, fd, (long)all, 1, -1, -1, flags);
}

long snug_sys_close(int fd)
{
    return call3(SYS_close, fd, 0, 0);
}

long snug_sys_close_range(unsigned first, unsigned last)
{
    return call3(SYS_close_range, first, last, CLOSE_RANGE_UNSHARE);
}

long snug_sys_epoll_create1(int flags)
{
    return call3(SYS_epoll_create1, flags, 0, 0);
}

long snug_sys_fstat(int fd, struct stat *ret)
{
    /* The call that the loader makes too, of glibc before 2.39 this one: a seccomp filter
     * may kill for the other. */
    return snug_objects_glibc() == 35
               ? call4(SYS_newfstatat, fd, (long)"", (long)ret, AT_EMPTY_PATH)
               : call3(SYS_fstat, fd, (long)ret, 0);
}

long snug_sys_fstatfs(int fd, struct statfs *ret)
{
    return call3(SYS_fstatfs, fd, (long)ret, 0);
}

long snug_sys_unlinkat(int dir, const char *path)
{
    return call3(SYS_unlinkat, dir, (long)path, 0);
}

long snug_sys_getdents64(int fd, void *ret_entries, size_t n_bytes)
{
    return call3(SYS_getdents64, fd, (long)ret_entries, (long)n_bytes);
}

long snug_sys_newfstatat(int dir, const char *path, struct stat *ret)
{
    return call4(SYS_newfstatat, dir, (long)path, (long)ret, 0);
}

long snug_sys_readlinkat(int dir, const char *path, char *ret_buf, size_t n_bytes)
{
    return call4(SYS_readlinkat, dir, (long)path, (long)ret_buf, (long)n_bytes);
}

long snug_sys_sched_getaffinity(int tid, size_t mask_bytes, unsigned long *ret_mask)
{
    return call3(SYS_sched_getaffinity, tid, (long)mask_bytes, (long)ret_mask);
}

long snug_sys_sched_setaffinity(int tid, size_t mask_bytes, const unsigned long *mask)
{
    return call3(SYS_sched_setaffinity, tid, (long)mask_bytes, (long)mask);
}

long snug_sys_getcpu(unsigned *ret_cpu, unsigned *ret_node)
{
    return call3(SYS_getcpu, (long)ret_cpu, (long)ret_node, 0);
}

long snug_sys_mmap(void *at, size_t n_bytes, int prot, int flags, int fd, long offset)
{
    return call6(SYS_mmap, (long)at, (long)n_bytes, prot, flags, fd, offset);
}

long snug_sys_munmap(void *at, size_t n_bytes)
{
    return call3(SYS_munmap, (long)at, (long)n_bytes, 0);
}

long snug_sys_nanosleep(uint64_t ns)
{
    const struct timespec time = {
        .tv_sec = (time_t)(ns / NS_PER_SECOND),
        .tv_nsec = (long)(ns % NS_PER_SECOND),
    };
    return call3(SYS_nanosleep, (long)&time, 0, 0);
}

uint64_t snug_sys_clock_gettime(int clock)
{
    struct timespec time = {0};
    if (call3(SYS_clock_gettime, clock, (long)&time, 0) < 0)
        return 0;
    return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

long snug_sys_futex_wait(const _Atomic uint32_t *word, uint32_t value)
{
    return call4(SYS_futex, (long)word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value, 0);
}

long snug_sys_futex_wake(const _Atomic uint32_t *word)
{
    return call3(SYS_futex, (long)word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

long snug_sys_getrlimit(int resource, struct rlimit *ret)
{
    return call4(SYS_prlimit64, 0, resource, 0, (long)ret);
}

long snug_sys_madvise(void *at, size_t n_bytes, int advice)
{
    return call3(SYS_madvise, (long)at, (long)n_bytes, advice);
}

long snug_sys_mbind(void *at, size_t n_bytes, int mode, uint64_t nodes)
{
    /* The kernel takes one bit less than it is told. */
    const long n_bits = 8 * sizeof nodes + 1;
    return call6(SYS_mbind, (long)at, (long)n_bytes, mode, (long)&nodes, n_bits, 0);
}

long snug_sys_getpid(void)
{
    return call0(SYS_getpid);
}

long snug_sys_getppid(void)
{
    return call0(SYS_getppid);
}

long snug_sys_gettid(void)
{
    return call0(SYS_gettid);
}

long snug_sys_geteuid(void)
{
    return call0(SYS_geteuid);
}

long snug_sys_tgkill(int pid, int tid, int signal)
{
    return call3(SYS_tgkill, pid, tid, signal);
}

long snug_sys_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
                    unsigned long d)
{
    return call6(SYS_prctl, option, (long)a, (long)b, (long)c, (long)d, 0);
}

long snug_sys_rt_sigprocmask(int how, const void *set, void *ret_set, size_t n_bytes)
{
    return call4(SYS_rt_sigprocmask, how, (long)set, (long)ret_set, (long)n_bytes);
}

long snug_sys_rt_sigpending(void *ret_set, size_t n_bytes)
{
    return call3(SYS_rt_sigpending, (long)ret_set, (long)n_bytes, 0);
}

long snug_sys_ppoll(struct pollfd *files, size_t n_files, const struct timespec *time)
{
    return call4(SYS_ppoll, (long)files, (long)n_files, (long)time, 0);
}

long snug_sys_rt_sigtimedwait(const void *set, const struct timespec *time, size_t n_bytes)
{
    return call4(SYS_rt_sigtimedwait, (long)set, 0, (long)time, (long)n_bytes);
}

/* What the child leaves in memory that both see. */
struct answer {
    bool may_wait;
    bool is_there;
    int value;
};

/* A plain fork in all but CLONE_VFORK: the child has a copy of the stack, and a death by a
 * seccomp filter is its own. No exit signal, so that no handler of the host runs and no
 * wait of the host can see it. It is made by the call that libc makes threads with, which a
 * program that starts threads survives. */
static long make_child(void)
{
    const struct clone_args how = {.flags = CLONE_VFORK};
    const long r = snug_objects_glibc() >= 35
                       ? call3(SYS_clone3, (long)&how, CLONE_ARGS_SIZE_VER0, 0)
                       : -ENOSYS;
    return r < 0 ? call6(SYS_clone, CLONE_VFORK, 0, 0, 0, 0, 0) : r;
}

/* A death by a filter dumps core, under the host's name. A limit of one byte is less than
 * any file of that kind and the kernel's sign for "no handler" (fs/coredump.c), where 0
 * still starts one. glibc's own start makes the call, so a filter that kills for it kills
 * first. The other way stops sockets too (Linux 6.16), but filters may kill for prctl: only
 * where the limit may not be raised to one. */
static void forgo_core(void)
{
    const struct rlimit byte = {1, 1};
    if (call4(SYS_prlimit64, 0, RLIMIT_CORE, (long)&byte, 0) < 0)
        (void)call6(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
}

long snug_sys_ask_child(int (*child)(const void *argument), const void *argument)
{
    const long page = snug_sys_mmap(NULL, sizeof(struct answer), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page < 0)
        return page;
    volatile struct answer *answer = (struct answer *)page;

    const long pid = make_child();
    if (pid == 0) {
        forgo_core();
        /* A wait for nobody; then the parent's wait will not kill either. */
        (void)call4(SYS_wait4, -1, 0, WNOHANG | wait_clone, 0);
        answer->may_wait = true;
        answer->value = child(argument);
        answer->is_there = true;
        for (;;)
            (void)call3(SYS_exit, 0, 0, 0); /* It cannot return. */
    }

    long r = pid;
    if (pid > 0) {
        /* CLONE_VFORK: it is dead by now. Unreaped it is a zombie, and harmless. */
        while (answer->may_wait && call4(SYS_wait4, pid, 0, wait_clone, 0) == -EINTR)
            continue;
        r = answer->is_there ? answer->value : -ECHILD;
    }
    (void)snug_sys_munmap((void *)page, sizeof *answer); /* It was mapped. */
    return r;
}
