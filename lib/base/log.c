/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One log line. Longer ones are cut: a line is at most what a pipe takes in one piece.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "snug/file.h"
#include "snug/log.h"
#include "snug/sys.h"
#include "snug/text.h"

enum { LINE_BYTES = 1024, STANDARD_ERROR = 2, LOG_MODE = 0644 };

static int open_log(const char *path)
{
    const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    return snug_file_lift(snug_sys_create(AT_FDCWD, path, flags, LOG_MODE));
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
    out.at[out.n++] = '\n';

    const int fd = log->path ? open_log(log->path) : STANDARD_ERROR;
    if (fd < 0)
        return;
    if (may_grow(fd, out.n))
        (void)snug_sys_write(fd, line, out.n); /* See the contract: silent. */
    if (log->path)
        (void)snug_sys_close(fd);
}
