/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Job control. A shell knows one group only, that of the process it started; what the
 * program's own group does to the terminal has to be done for that one too.
 */
#include "snug/cli/run/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

struct snug_terminal snug_terminal_open(void)
{
    struct snug_terminal ret = {
        .fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC),
        .own = getpgrp(),
    };
    /* A job in the background must not take the terminal from its shell. */
    if (ret.fd >= 0 && tcgetpgrp(ret.fd) != ret.own) {
        (void)close(ret.fd); /* Nothing was written. */
        ret.fd = -1;
    }
    return ret;
}

/* Without a terminal there is nothing to do, and if it is gone neither: no errors. */
void snug_terminal_give(const struct snug_terminal *terminal)
{
    if (terminal->fd >= 0)
        (void)tcsetpgrp(terminal->fd, terminal->program);
}

void snug_terminal_take(const struct snug_terminal *terminal)
{
    if (terminal->fd >= 0 && tcgetpgrp(terminal->fd) == terminal->program)
        (void)tcsetpgrp(terminal->fd, terminal->own);
}

void snug_terminal_stop_along(const struct snug_terminal *terminal)
{
    if (terminal->fd < 0)
        return;
    snug_terminal_take(terminal);

    /* The kernel does not stop a group that nobody could continue, nor the first process of
     * a container; then life goes on at once. */
    sigset_t stop;
    sigset_t before;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTSTP);
    (void)kill(0, SIGTSTP);
    (void)sigprocmask(SIG_UNBLOCK, &stop, &before);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);

    if (tcgetpgrp(terminal->fd) == terminal->own)
        snug_terminal_give(terminal);
    (void)kill(-terminal->program, SIGCONT);
}
