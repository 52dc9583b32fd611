/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program looks whether its own number is in the variable, so that a child does not take
 * the sockets of its parent. With --init the manager has named the init.
 */
#include "snug/cli/run/activation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/base/text.h"

static bool names(const char *variable, uint64_t number)
{
    uint64_t value;
    return snug_text_u64(snug_text_of(getenv(variable)), &value) == 0 && value == number;
}

static int set(const char *variable, uint64_t number)
{
    char value[24];
    (void)snprintf(value, sizeof value, "%" PRIu64, number);
    return setenv(variable, value, 1) < 0 ? -errno : 0;
}

/* The inode of a process's descriptor is its number for all time. */
static int set_identity(const char *variable)
{
    struct stat facts;
    const int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    const bool is_known = fd >= 0 && fstat(fd, &facts) == 0;
    if (fd >= 0)
        (void)close(fd); /* Nothing was written. */
    if (is_known)
        return set(variable, facts.st_ino);
    /* Without it the process is known by LISTEN_PID alone. */
    return unsetenv(variable) < 0 ? -errno : 0;
}

int snug_activation_take(pid_t init)
{
    static const char *const by_pid[] = {"LISTEN_PID", "WATCHDOG_PID", "SYSTEMD_EXEC_PID"};
    int r = 0;
    /* LISTEN_PIDFDID goes with LISTEN_PID. */
    if (names("LISTEN_PID", (uint64_t)init) && getenv("LISTEN_PIDFDID"))
        r = set_identity("LISTEN_PIDFDID");
    for (size_t i = 0; r == 0 && i < sizeof by_pid / sizeof *by_pid; i++)
        if (names(by_pid[i], (uint64_t)init))
            r = set(by_pid[i], (uint64_t)getpid());
    return r;
}
