/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One log line. Longer ones are cut: a line is at most what a pipe takes in one piece.
 */
#include <fcntl.h>

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
    (void)snug_sys_write(fd, line, out.n); /* See the contract: silent. */
    if (log->path)
        (void)snug_sys_close(fd);
}
