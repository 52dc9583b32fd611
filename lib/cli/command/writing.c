/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is common to all that writes a file of its own.
 */
#include "snug/cli/command/writing.h"

#include <errno.h>
#include <time.h>
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

static sigset_t ending(void)
{
    sigset_t ret;
    (void)sigemptyset(&ret); /* Cannot fail, nor can the rest with these. */
    (void)sigaddset(&ret, SIGHUP);
    (void)sigaddset(&ret, SIGINT);
    (void)sigaddset(&ret, SIGTERM);
    return ret;
}

void snug_writing_hold_signals(sigset_t *ret_before)
{
    sigset_t held = ending();
    (void)sigaddset(&held, SIGXFSZ);
    (void)sigprocmask(SIG_BLOCK, &held, ret_before);
}

bool snug_writing_is_over(void)
{
    const sigset_t wanted = ending();
    sigset_t pending;
    sigset_t both;
    return sigpending(&pending) == 0 && sigandset(&both, &pending, &wanted) == 0 &&
           !sigisemptyset(&both);
}

void snug_writing_release_signals(const sigset_t *before)
{
    const struct timespec at_once = {0};
    sigset_t of_size;
    (void)sigemptyset(&of_size);
    (void)sigaddset(&of_size, SIGXFSZ);
    (void)sigtimedwait(&of_size, NULL, &at_once); /* Mostly there is none. */
    (void)sigprocmask(SIG_SETMASK, before, NULL);
}
