/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A signal is to be handed on, and a group to be killed, also where nobody reads standard
 * error. O_NONBLOCK would be the program's too, since it shares the open file.
 */
#include "snug/cli/run/notice.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Less than PIPE_BUF: a pipe that can be written to takes it in one piece. */
enum { LINE_BYTES = 256 };

static bool has_room(void)
{
    struct pollfd at = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&at, 1, 0) == 1 && at.revents == POLLOUT;
}

/* Others write to the same pipe, and the room may be gone by now. Kernels before 6.4 cannot
 * be asked not to wait for it. */
static void write_at_once(struct iovec line)
{
    struct stat file;
    if (fstat(STDERR_FILENO, &file) == 0 &&
        (S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode)) &&
        (pwritev2(STDERR_FILENO, &line, 1, -1, RWF_NOWAIT) >= 0 || errno == EAGAIN ||
         errno == EPIPE))
        return;
    const ssize_t n = write(STDERR_FILENO, line.iov_base, line.iov_len);
    (void)n; /* There is no other place to say that it failed. */
}

void snug_notice_write(const char *format, ...)
{
    static const char start[] = "snug: init: ";
    char line[LINE_BYTES];
    size_t n = sizeof start - 1;
    memcpy(line, start, n);
    va_list arguments;
    va_start(arguments, format);
    const int n_text = vsnprintf(line + n, sizeof line - n, format, arguments);
    va_end(arguments);
    if (n_text < 0 || !has_room())
        return;
    n = strlen(line);
    line[n++] = '\n'; /* In place of the end of the string. */
    write_at_once((struct iovec){line, n});
}
