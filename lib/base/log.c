/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One log line. Longer ones are cut: a line is at most what a pipe takes in one piece.
 */
#include <fcntl.h>

#include "snug/log.h"
#include "snug/sys.h"
#include "snug/text.h"

enum { LINE_BYTES = 1024, STANDARD_ERROR = 2, LOG_MODE = 0644, FIRST_FREE_FD = 3 };

static long open_log(const char *path)
{
    const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const long fd = snug_sys_create(path, flags, LOG_MODE);
    if (fd < 0 || fd >= FIRST_FREE_FD)
        return fd;
    const long above = snug_sys_dup_above((int)fd, FIRST_FREE_FD);
    (void)snug_sys_close((int)fd); /* Nothing was written through it. */
    return above;
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

    const long fd = log->path ? open_log(log->path) : STANDARD_ERROR;
    if (fd < 0)
        return;
    (void)snug_sys_write((int)fd, line, out.n); /* See the contract: silent. */
    if (log->path)
        (void)snug_sys_close((int)fd);
}
