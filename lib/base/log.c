/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One log line. Longer ones are cut: a line is at most what a pipe takes in one piece.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "snug/base/file.h"
#include "snug/base/links.h"
#include "snug/base/log.h"
#include "snug/base/sys.h"
#include "snug/base/text.h"

enum { LINE_BYTES = 1024, STANDARD_ERROR = 2 };

/* A file with a second name may be another's file: only kernels that protect hard links
 * refuse to make one. */
static int open_log(const char *path)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const int fd = snug_links_open(path, flags);
    struct stat file;
    if (fd < 0 ||
        (snug_sys_fstat(fd, &file) == 0 && (!S_ISREG(file.st_mode) || file.st_nlink < 2)))
        return fd;
    snug_file_close(&fd);
    return -EMLINK;
}

/* The kernel answers a write to a file past this limit with a signal that ends the program.
 */
static bool may_grow(int fd, size_t n_bytes)
{
    struct rlimit limit;
    struct stat status;
    return snug_sys_getrlimit(RLIMIT_FSIZE, &limit) < 0 ||
           limit.rlim_cur == RLIM_INFINITY || snug_sys_fstat(fd, &status) < 0 ||
           !S_ISREG(status.st_mode) || (uint64_t)status.st_size + n_bytes <= limit.rlim_cur;
}

/* Writes without the signal that a pipe nobody reads any more would send. One that was
 * pending before stays so. */
static void write_quietly(int fd, const char *line, size_t n_bytes)
{
    static const struct timespec at_once;
    const uint64_t pipe = 1ull << (SIGPIPE - 1);
    uint64_t before = 0;
    uint64_t pending = 0;
    const bool is_blocked =
        snug_sys_rt_sigprocmask(SIG_BLOCK, &pipe, &before, sizeof before) == 0;
    const bool is_known = snug_sys_rt_sigpending(&pending, sizeof pending) == 0;
    /* See the contract: silent. */
    const long r = snug_sys_write(fd, line, n_bytes);
    if (r == -EPIPE && is_blocked && is_known && !(pending & pipe))
        (void)snug_sys_rt_sigtimedwait(&pipe, &at_once, sizeof pipe);
    if (is_blocked)
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

    const int fd = log->path ? open_log(log->path) : STANDARD_ERROR;
    if (fd < 0)
        return;
    if (may_grow(fd, out.n))
        write_quietly(fd, line, out.n);
    if (log->path)
        (void)snug_sys_close(fd);
}
