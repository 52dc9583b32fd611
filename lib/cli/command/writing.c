/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is common to all that writes a file of its own.
 */
#include "snug/cli/command/writing.h"

#include <errno.h>
#include <unistd.h>

int snug_writing_put(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        const ssize_t r = write(fd, at, n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return r < 0 ? -errno : -EIO;
        at += r;
        n -= (size_t)r;
    }
    return 0;
}

void snug_writing_hold_signals(sigset_t *ret_before)
{
    sigset_t held;
    (void)sigemptyset(&held);
    (void)sigaddset(&held, SIGHUP);
    (void)sigaddset(&held, SIGINT);
    (void)sigaddset(&held, SIGTERM);
    (void)sigaddset(&held, SIGXFSZ);
    (void)sigprocmask(SIG_BLOCK, &held, ret_before); /* Cannot fail with these. */
}
