/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The kernel's calls as snug makes them: raw, so that no other preload object and no libc
 * wrapper stands between. Each function bears the kernel's name, returns the kernel's value
 * or -errno, and leaves errno as it was. All may be called from any thread at any time,
 * before libc is ready too.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct pollfd;
struct rlimit;
struct stat;
struct timespec;
struct statfs;

/* A call that the program itself asks for by its number. */
long snug_sys_any(long number, long a, long b, long c, long d, long e, long f);

/* File calls. The descriptor that `openat` returns is close-on-exec if the flags say so;
 * it may be 0, 1 or 2: callers use snug_file_open, which moves it away from there. */
long snug_sys_openat(int dir, const char *path, int flags);
/* 0 or -errno. */
long snug_sys_may_read(const char *path);
long snug_sys_fcntl(int fd, int command, long argument);
long snug_sys_create(int dir, const char *path, int flags, unsigned mode);
long snug_sys_unlinkat(int dir, const char *path);
long snug_sys_getdents64(int fd, void *ret_entries, size_t n_bytes);
long snug_sys_read(int fd, void *ret_buf, size_t n_bytes);
long snug_sys_pread(int fd, void *ret_buf, size_t n_bytes, uint64_t offset);
long snug_sys_write(int fd, const void *buf, size_t n_bytes);
/* One piece, where the file is. */
long snug_sys_pwritev2(int fd, const void *buf, size_t n_bytes, int flags);
long snug_sys_close(int fd);
/* With CLOSE_RANGE_UNSHARE: for the calling thread alone, which then shares none. */
long snug_sys_close_range(unsigned first, unsigned last);
long snug_sys_epoll_create1(int flags);
long snug_sys_fstat(int fd, struct stat *ret);
long snug_sys_fstatfs(int fd, struct statfs *ret);
long snug_sys_newfstatat(int dir, const char *path, struct stat *ret);
long snug_sys_readlinkat(int dir, const char *path, char *ret_buf, size_t n_bytes);

/* Scheduling. `mask_bytes` is the size of the buffer; getaffinity returns the bytes that
 * the kernel wrote, a multiple of eight, and leaves the rest of the buffer alone. */
long snug_sys_sched_getaffinity(int tid, size_t mask_bytes, unsigned long *ret_mask);
long snug_sys_sched_setaffinity(int tid, size_t mask_bytes, const unsigned long *mask);
long snug_sys_getcpu(unsigned *ret_cpu, unsigned *ret_node);

/* Memory. An address on success, or -errno as a negative number (addresses of user space
 * are never in the last page). */
long snug_sys_mmap(void *at, size_t n_bytes, int prot, int flags, int fd, long offset);
long snug_sys_munmap(void *at, size_t n_bytes);
long snug_sys_madvise(void *at, size_t n_bytes, int advice);
#ifndef MADV_POPULATE_READ /* Headers before Linux 5.14. */
#define MADV_POPULATE_READ 22
#endif

/* `nodes` has a bit for each of the nodes 0 to 63. */
long snug_sys_mbind(void *at, size_t n_bytes, int mode, uint64_t nodes);

/* Time. `nanosleep` ends early, with -EINTR, for a signal that is handled. */
long snug_sys_nanosleep(uint64_t ns);
uint64_t snug_sys_clock_gettime(int clock); /* In nanoseconds; 0 for no such clock. */

/* Among threads of this process. `wait` returns if the word has another value, by a `wake`
 * of one thread, or, with -EINTR, for a signal that is handled. */
long snug_sys_futex_wait(const _Atomic uint32_t *word, uint32_t value);
long snug_sys_futex_wake(const _Atomic uint32_t *word);

/* Processes. */
long snug_sys_getrlimit(int resource, struct rlimit *ret);
long snug_sys_getpid(void);
long snug_sys_getppid(void);
long snug_sys_gettid(void);
long snug_sys_geteuid(void);
long snug_sys_tgkill(int pid, int tid, int signal);
long snug_sys_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
                    unsigned long d);

/* `n_bytes` is the size of a signal set. */
long snug_sys_rt_sigprocmask(int how, const void *set, void *ret_set, size_t n_bytes);
long snug_sys_rt_sigpending(void *ret_set, size_t n_bytes);
long snug_sys_rt_sigtimedwait(const void *set, const struct timespec *time, size_t n_bytes);

/* Without a signal mask of its own. */
long snug_sys_ppoll(struct pollfd *files, size_t n_files, const struct timespec *time);

/* Runs `child` in a copy of this process with its own memory, while this thread stands
 * still. What kills it leaves no core dump. Returns what `child` returned, -ECHILD if it
 * died before it did, or another -errno. `child` may make system calls and nothing
 * else: those here, and libc's that do no more than make theirs, as clone(2)'s does. */
long snug_sys_ask_child(int (*child)(const void *argument), const void *argument);
