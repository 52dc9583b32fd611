/* SPDX-License-Identifier: LGPL-2.1-or-later
 * O_TMPFILE needs a file system that knows it, and /proc to name the file by. Where one of
 * them is missing the file has its name from the start.
 */
#include "snug/cli/command/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINK_BYTES = 32, N_LETTERS = 6, NAME_MASK = 0xffffff, TRIES = 100 };

/* Its link in /proc: with that it gets a name later. */
static void put_link(int fd, char ret[LINK_BYTES])
{
    (void)snprintf(ret, LINK_BYTES, "/proc/self/fd/%d", fd);
}

/* -1 where that cannot be, for whatever reason. */
static int open_nameless(const char *name)
{
    char directory[PATH_MAX] = ".";
    char link[LINK_BYTES];
    const char *end = strrchr(name, '/');
    if (end) {
        const size_t n = (size_t)(end - name) + (end == name);
        memcpy(directory, name, n);
        directory[n] = 0;
    }
    const int fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return -1;
    put_link(fd, link);
    if (access(link, F_OK) == 0)
        return fd;
    (void)close(fd); /* Nothing is in it. */
    return -1;
}

int snug_beside_open(const char *name, struct snug_beside *ret)
{
    *ret = (struct snug_beside){.fd = -1};
    if (snprintf(ret->name, sizeof ret->name, "%s", name) >= (int)sizeof ret->name)
        return -ENAMETOOLONG;
    ret->fd = open_nameless(name);
    if (ret->fd >= 0)
        return 0;
    ret->fd = mkostemp(ret->name, O_CLOEXEC);
    ret->has_name = ret->fd >= 0;
    return ret->has_name ? 0 : -errno;
}

/* One that nobody has. */
static int give_name(struct snug_beside *beside)
{
    char link[LINK_BYTES];
    char *const letters = beside->name + strlen(beside->name) - N_LETTERS;
    put_link(beside->fd, link);
    int r = -EEXIST;
    for (unsigned i = 0; r == -EEXIST && i < TRIES; i++) {
        uint32_t number;
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            return -EIO;
        (void)snprintf(letters, N_LETTERS + 1, "%06x", number & NAME_MASK);
        r = linkat(AT_FDCWD, link, AT_FDCWD, beside->name, AT_SYMLINK_FOLLOW) < 0 ? -errno
                                                                                  : 0;
    }
    beside->has_name = r == 0;
    return r;
}

/* It is closed before it has its place: a program that is open for writing cannot be
 * started. */
int snug_beside_put(struct snug_beside *beside, const char *place)
{
    int r = beside->has_name ? 0 : give_name(beside);
    if (r < 0)
        return r;
    r = close(beside->fd) < 0 ? -errno : 0;
    beside->fd = -1;
    if (r == 0 && rename(beside->name, place) < 0)
        r = -errno;
    if (r == 0)
        beside->has_name = false;
    return r;
}

void snug_beside_drop(struct snug_beside *beside)
{
    if (beside->has_name)
        (void)unlink(beside->name); /* What failed before is told. */
    if (beside->fd >= 0)
        (void)close(beside->fd);
    beside->has_name = false;
    beside->fd = -1;
}
