/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names come from /proc and cgroups, and may have any length: in a tar archive one of more
 * than 99 bytes stands in a record of its own, as GNU tar, libarchive and busybox have it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cli/capture/archive.h"
#include "snug/cli/command/writing.h"

enum { BLOCK_BYTES = 512, NAME_BYTES = 100, PATH_BYTES = 8192, OWN_MODE = 0600 };

struct header {
    char name[NAME_BYTES];
    char mode[8];
    char owner[8];
    char group[8];
    char size[12];
    char time[12];
    char sum[8];
    char type;
    char link[NAME_BYTES];
    char magic[8];
    char rest[247];
};
_Static_assert(sizeof(struct header) == BLOCK_BYTES, "a block has 512 bytes");

static int write_header(int fd, const char *name, char type, mode_t mode, size_t n)
{
    struct header header = {.type = type, .magic = "ustar  "};
    (void)snprintf(header.name, sizeof header.name, "%s", name);
    (void)snprintf(header.mode, sizeof header.mode, "%07o", (unsigned)mode);
    (void)snprintf(header.owner, sizeof header.owner, "%07o", 0U);
    (void)snprintf(header.group, sizeof header.group, "%07o", 0U);
    (void)snprintf(header.size, sizeof header.size, "%011lo", n);
    (void)snprintf(header.time, sizeof header.time, "%011o", 0U);
    memset(header.sum, ' ', sizeof header.sum);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof header; i++)
        sum += ((const unsigned char *)&header)[i];
    (void)snprintf(header.sum, sizeof header.sum, "%06o", sum);
    return snug_writing_put(fd, &header, sizeof header);
}

/* Filled up to a whole block. */
static int write_body(int fd, const char *bytes, size_t n)
{
    static const char zeros[BLOCK_BYTES];
    const int r = snug_writing_put(fd, bytes, n);
    return r < 0 ? r : snug_writing_put(fd, zeros, -n % BLOCK_BYTES);
}

static int write_member(int fd, const char *name, char type, mode_t mode, const char *bytes,
                        size_t n)
{
    int r = 0;
    if (strlen(name) >= NAME_BYTES) {
        r = write_header(fd, "././@LongLink", 'L', 0, strlen(name) + 1);
        r = r < 0 ? r : write_body(fd, name, strlen(name) + 1);
    }
    r = r < 0 ? r : write_header(fd, name, type, mode, n);
    return r < 0 ? r : write_body(fd, bytes, n);
}

int snug_archive_write_tar(int fd, const struct snug_recorded *list, size_t n)
{
    static const char end[2 * BLOCK_BYTES];
    int r = 0;
    for (size_t i = 0; i < n && r == 0; i++) {
        char name[PATH_BYTES];
        const int n_name = snprintf(name, sizeof name, "capture%s%s", list[i].path,
                                    list[i].is_directory ? "/" : "");
        if (n_name < 0 || (size_t)n_name >= sizeof name)
            return -ENAMETOOLONG;
        r = list[i].is_directory ? write_member(fd, name, '5', 0700, NULL, 0)
                                 : write_member(fd, name, '0', list[i].mode | OWN_MODE,
                                                list[i].bytes, list[i].n);
    }
    return r < 0 ? r : snug_writing_put(fd, end, sizeof end);
}

/* All directories above the last name; `path` is as before afterwards. */
static int make_above(int top, char *path)
{
    for (char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        const int r = mkdirat(top, path, 0700) < 0 && errno != EEXIST ? -errno : 0;
        *at = '/';
        if (r < 0)
            return r;
    }
    return 0;
}

static int write_file(int top, const struct snug_recorded *file)
{
    char path[PATH_BYTES];
    const char *name = file->path;
    while (*name == '/')
        name++;
    if (snprintf(path, sizeof path, "%s", name) >= (int)sizeof path)
        return -ENAMETOOLONG;
    int r = make_above(top, path);
    if (r < 0)
        return r;
    if (file->is_directory)
        return mkdirat(top, path, 0700) < 0 && errno != EEXIST ? -errno : 0;
    const int fd =
        openat(top, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, OWN_MODE);
    if (fd < 0)
        return -errno;
    r = snug_writing_put(fd, file->bytes, file->n);
    if (r == 0 && fchmod(fd, file->mode | OWN_MODE) < 0)
        r = -errno;
    return close(fd) < 0 && r == 0 ? -errno : r;
}

int snug_archive_write_directory(const char *path, const struct snug_recorded *list,
                                 size_t n)
{
    if (mkdir(path, 0700) < 0)
        return -errno;
    const int top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (top < 0)
        return -errno;
    int r = 0;
    for (size_t i = 0; i < n && r == 0; i++)
        r = write_file(top, &list[i]);
    (void)close(top); /* Nothing was written through it. */
    return r;
}
