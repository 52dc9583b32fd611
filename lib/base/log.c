/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One log line. Longer ones are cut: a line is at most what a pipe takes in one piece.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "snug/base/file.h"
#include "snug/base/links.h"
#include "snug/base/locks.h"
#include "snug/base/log.h"
#include "snug/base/sys.h"
#include "snug/base/text.h"

enum { LINE_BYTES = 1024, STANDARD_ERROR = 2 };

/* What descriptor 2 was at the start; zeroes: nothing. */
static dev_t device;
static ino_t inode;

/* A pipe may not be asked for room in one with the write. */
static _Atomic bool asks_before;

void snug_log_see_filter(void)
{
    atomic_store(&asks_before, true);
}

/* A file with a second name may be another's file: only kernels that protect hard links
 * refuse to make one. One that the process has locked is not opened, for to close it would
 * give up the lock. */
static int open_log(const char *path, struct stat *ret_status)
{
    if (snug_locks_hold(path))
        return -EDEADLK;
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const int fd = snug_links_open(path, flags);
    if (fd < 0)
        return fd;
    long r = snug_sys_fstat(fd, ret_status);
    if (r == 0 && S_ISREG(ret_status->st_mode) && ret_status->st_nlink > 1)
        r = -EMLINK;
    if (r == 0)
        return fd;
    snug_file_close(&fd);
    return (int)r;
}

static bool is_standard_error(const struct stat *status)
{
    return status->st_dev == device && status->st_ino == inode;
}

int snug_log_prepare(struct snug_log *log)
{
    struct stat status;
    if (snug_sys_fstat(STANDARD_ERROR, &status) == 0) {
        device = status.st_dev;
        inode = status.st_ino;
    }
    if (!log->path)
        return 0;
    const int fd = open_log(log->path, &status);
    snug_file_close(&fd);
    if (fd < 0)
        return fd;
    if (is_standard_error(&status))
        log->path = NULL;
    return 0;
}

/* Returns a descriptor, or a negative number. */
static int find_output(const struct snug_log *log, struct stat *ret_status)
{
    if (log->path)
        return open_log(log->path, ret_status);
    return snug_sys_fstat(STANDARD_ERROR, ret_status) == 0 && is_standard_error(ret_status)
               ? STANDARD_ERROR
               : -EBADF;
}

/* The kernel answers a write to a file past this limit with a signal that ends the program.
 */
static bool may_grow(const struct stat *status, size_t n_bytes)
{
    struct rlimit limit;
    return !S_ISREG(status->st_mode) || snug_sys_getrlimit(RLIMIT_FSIZE, &limit) < 0 ||
           (uint64_t)status->st_size + n_bytes <= limit.rlim_cur;
}

/* Whether a line can be written at once. */
static bool has_room(int fd)
{
    struct pollfd at = {.fd = fd, .events = POLLOUT};
    struct timespec left = {0}; /* The kernel writes to it; QEMU fails where it cannot. */
    return snug_sys_ppoll(&at, 1, &left) == 1;
}

/* Of a pipe or a socket others may take the room after it was asked for; kernels before 6.4
 * cannot write and ask in one. */
static long write_at_once(int fd, bool is_pipe, const char *line, size_t n_bytes)
{
    const long r = is_pipe && !atomic_load(&asks_before)
                       ? snug_sys_pwritev2(fd, line, n_bytes, RWF_NOWAIT)
                       : -EOPNOTSUPP;
    if (r >= 0 || r == -EAGAIN || r == -EPIPE || !has_room(fd))
        return r;
    return snug_sys_write(fd, line, n_bytes);
}

/* Writes without the signal that a pipe nobody reads any more would send, and without that
 * by which a terminal stops a program in the background. One that was pending before stays
 * so. */
static void write_quietly(int fd, bool is_pipe, const char *line, size_t n_bytes)
{
    const uint64_t pipe = 1ull << (SIGPIPE - 1);
    const uint64_t blocked = pipe | 1ull << (SIGTTOU - 1);
    uint64_t before = 0;
    uint64_t pending = pipe; /* Unless it is known. */
    if (snug_sys_rt_sigprocmask(SIG_BLOCK, &blocked, &before, sizeof before) < 0)
        return;
    (void)snug_sys_rt_sigpending(&pending, sizeof pending);
    /* See the contract: silent. */
    const long r = write_at_once(fd, is_pipe, line, n_bytes);
    const struct timespec at_once = {0};
    if (r == -EPIPE && !(pending & pipe))
        (void)snug_sys_rt_sigtimedwait(&pipe, &at_once, sizeof pipe);
    (void)snug_sys_rt_sigprocmask(SIG_SETMASK, &before, NULL, sizeof before);
}

void snug_log_write(const struct snug_log *log, enum snug_log_level level, const char *text)
{
    if (level > log->level)
        return;

    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line - 1);
    snug_text_put(&out, "snug[");
    snug_text_put_u64(&out, (uint64_t)snug_sys_getpid());
    snug_text_put(&out, "]: ");
    struct snug_text rest = snug_text_of(text);
    const size_t room = out.size - out.n - 1;
    if (rest.n > room)
        rest.n = room;
    snug_text_put_slice(&out, rest);
    /* Paths are in it; a line stays one, and moves no terminal. */
    for (size_t i = 0; i < out.n; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    out.at[out.n++] = '\n';

    struct stat status;
    const int fd = find_output(log, &status);
    if (fd < 0)
        return;
    const bool is_pipe = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
    if (may_grow(&status, out.n))
        write_quietly(fd, is_pipe, line, out.n);
    if (fd != STANDARD_ERROR)
        (void)snug_sys_close(fd);
}
