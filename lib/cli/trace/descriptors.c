/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the program closes is to be closed: a reader sees the end of a pipe, a socket
 * listens no more, a lock is free. A second holder would prevent that.
 */
#include "snug/cli/trace/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* For headers of older kernels; the number is the same everywhere. */
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { LAST_TRIED = 1 << 16 };

/* Nothing was written to any of them: no errors. */
static void close_listed(DIR *list, unsigned first, unsigned last)
{
    const struct dirent *entry;
    while ((entry = readdir(list))) {
        const unsigned long fd = strtoul(entry->d_name, NULL, 10); /* 0: it is `.`. */
        if (fd >= first && fd <= last && fd != (unsigned long)dirfd(list))
            (void)close((int)fd);
    }
}

/* Before Linux 5.9, or under a filter. */
static void close_one_by_one(unsigned first, unsigned last)
{
    DIR *const list = opendir("/proc/self/fd");
    if (list) {
        close_listed(list, first, last);
        (void)closedir(list);
        return;
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > LAST_TRIED)
        limit.rlim_cur = LAST_TRIED;
    for (unsigned fd = first; fd <= last && fd < limit.rlim_cur; fd++)
        (void)close((int)fd);
}

static void close_all(unsigned first, unsigned last)
{
    if (first <= last && syscall(SYS_close_range, first, last, 0) < 0)
        close_one_by_one(first, last);
}

void snug_descriptors_give_up(int kept)
{
    const unsigned first = STDERR_FILENO + 1;
    if (kept >= 0) {
        close_all(first, (unsigned)kept - 1);
        close_all((unsigned)kept + 1, UINT_MAX);
    } else {
        close_all(first, UINT_MAX);
    }

    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
        if (fd != null && (null < 0 || dup2(null, fd) < 0))
            (void)close(fd);
    if (null > STDERR_FILENO)
        (void)close(null);
}
