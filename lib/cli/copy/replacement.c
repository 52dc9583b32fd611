/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The other file has no name until it is whole, so that a copy that is killed leaves
 * nothing; where the file system knows no such files, it has one that starts with a dot.
 * Without fsync: after a crash of the machine the copy is made again.
 */
#include "snug/cli/copy/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cli/command/writing.h"

enum {
    PART_BYTES = 64 * 1024,
    MODE_BITS = 07777,
    LINK_BYTES = 32,
    N_LETTERS = 6,
    NAME_MASK = 0xffffff,
    TRIES = 100,
};

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

/* Its link in /proc: with that it gets a name later. */
static void put_link(int fd, size_t size, char *ret)
{
    (void)snprintf(ret, size, "/proc/self/fd/%d", fd);
}

/* -1 where there are no files without a name, or no /proc to name them by. */
static int open_nameless(const char *directory)
{
    char link[LINK_BYTES];
    const int fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return -1;
    put_link(fd, sizeof link, link);
    if (access(link, F_OK) == 0)
        return fd;
    (void)close(fd); /* Nothing is in it. */
    return -1;
}

static int write_beside(int source, const char *directory, const char *name, mode_t mode,
                        struct snug_replacement *ret)
{
    const int n =
        snprintf(ret->beside, sizeof ret->beside, "%s/.%s.XXXXXX", directory, name);
    if (n >= (int)sizeof ret->beside)
        return -ENAMETOOLONG;
    ret->fd = open_nameless(directory);
    ret->has_name = ret->fd < 0;
    if (ret->has_name)
        ret->fd = mkostemp(ret->beside, O_CLOEXEC);
    if (ret->fd < 0) {
        ret->has_name = false;
        return -errno;
    }
    const int r = fill(source, ret->fd, mode);
    if (r < 0)
        snug_replacement_drop(ret);
    return r;
}

int snug_replacement_prepare(int source, const char *directory, const char *name,
                             mode_t mode, struct snug_replacement *ret)
{
    *ret = (struct snug_replacement){.fd = -1};
    if (snprintf(ret->place, sizeof ret->place, "%s/%s", directory, name) >=
        (int)sizeof ret->place)
        return -ENAMETOOLONG;
    if (is_there(source, ret->place, mode))
        return 0;
    return write_beside(source, directory, name, mode, ret);
}

/* A name that nobody has, in the place of the six letters. */
static int give_name(struct snug_replacement *replacement)
{
    char link[LINK_BYTES];
    char *const letters = replacement->beside + strlen(replacement->beside) - N_LETTERS;
    put_link(replacement->fd, sizeof link, link);
    int r = -EEXIST;
    for (unsigned i = 0; r == -EEXIST && i < TRIES; i++) {
        uint32_t number;
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            return -EIO;
        (void)snprintf(letters, N_LETTERS + 1, "%06x", number & NAME_MASK);
        r = linkat(AT_FDCWD, link, AT_FDCWD, replacement->beside, AT_SYMLINK_FOLLOW) < 0
                ? -errno
                : 0;
    }
    replacement->has_name = r == 0;
    return r;
}

/* It is closed before it has its place: a program that is open for writing cannot be
 * started. */
int snug_replacement_finish(struct snug_replacement *replacement)
{
    if (replacement->fd < 0)
        return 0;
    int r = replacement->has_name ? 0 : give_name(replacement);
    if (r < 0)
        return r;
    r = close(replacement->fd) < 0 ? -errno : 0;
    replacement->fd = -1;
    if (r == 0 && rename(replacement->beside, replacement->place) < 0)
        r = -errno;
    if (r == 0)
        replacement->has_name = false;
    return r;
}

void snug_replacement_drop(struct snug_replacement *replacement)
{
    if (replacement->has_name)
        (void)unlink(replacement->beside); /* What failed before is told. */
    if (replacement->fd >= 0)
        (void)close(replacement->fd);
    replacement->has_name = false;
    replacement->fd = -1;
}
