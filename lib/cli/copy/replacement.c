/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The other file has a name that starts with a dot, or none until it is whole. Without
 * fsync: after a crash of the machine the copy is made again.
 */
#include "snug/cli/copy/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cli/command/writing.h"

enum { PART_BYTES = 64 * 1024, MODE_BITS = 07777 };

/* Less than a whole part only at the end. Returns the number of bytes, or -errno. */
static ssize_t read_part(int fd, char *ret)
{
    size_t n = 0;
    while (n < PART_BYTES) {
        const ssize_t r = read(fd, ret + n, PART_BYTES - n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -errno;
        if (r == 0)
            break;
        n += (size_t)r;
    }
    return (ssize_t)n;
}

/* Leaves SOURCE at its start. What cannot be compared is another. */
static bool holds_same(int source, int there)
{
    static char wanted[PART_BYTES];
    static char found[PART_BYTES];
    ssize_t n;
    bool is_same;
    do {
        n = read_part(source, wanted);
        is_same =
            n >= 0 && read_part(there, found) == n && !memcmp(wanted, found, (size_t)n);
    } while (is_same && n == PART_BYTES);
    return lseek(source, 0, SEEK_SET) == 0 && is_same;
}

/* A link is another file, whatever it leads to. So is one that somebody else may write to
 * later: its owner, or who has a second name of it. */
static bool is_there(int source, const char *place, mode_t mode)
{
    const int there = open(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (there < 0)
        return false;
    struct stat status;
    const bool is_same = fstat(there, &status) == 0 && S_ISREG(status.st_mode) &&
                         status.st_uid == geteuid() && status.st_nlink == 1 &&
                         (status.st_mode & MODE_BITS) == mode && holds_same(source, there);
    (void)close(there); /* Nothing was written through it. */
    return is_same;
}

static int fill(int source, int fd, mode_t mode)
{
    static char part[PART_BYTES];
    int r = 0;
    ssize_t n;
    do {
        n = read_part(source, part);
        r = n < 0 ? (int)n : snug_writing_put(fd, part, (size_t)n);
        if (r == 0 && snug_writing_is_over())
            r = -EINTR;
    } while (r == 0 && n == PART_BYTES);
    return r == 0 && fchmod(fd, mode) < 0 ? -errno : r;
}

static int write_beside(int source, const char *directory, const char *name, mode_t mode,
                        struct snug_replacement *ret)
{
    char beside[PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s/.%s.XXXXXX", directory, name) >=
        (int)sizeof beside)
        return -ENAMETOOLONG;
    int r = snug_beside_open(beside, &ret->beside);
    if (r == 0)
        r = fill(source, ret->beside.fd, mode);
    if (r < 0)
        snug_replacement_drop(ret);
    return r;
}

int snug_replacement_prepare(int source, const char *directory, const char *name,
                             mode_t mode, struct snug_replacement *ret)
{
    *ret = (struct snug_replacement){.beside.fd = -1};
    if (snprintf(ret->place, sizeof ret->place, "%s/%s", directory, name) >=
        (int)sizeof ret->place)
        return -ENAMETOOLONG;
    if (is_there(source, ret->place, mode))
        return 0;
    return write_beside(source, directory, name, mode, ret);
}

int snug_replacement_finish(struct snug_replacement *replacement)
{
    return replacement->beside.fd < 0
               ? 0
               : snug_beside_put(&replacement->beside, replacement->place);
}

void snug_replacement_drop(struct snug_replacement *replacement)
{
    snug_beside_drop(&replacement->beside);
}
