/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The name is looked up once: it may mean another file a moment later, but what /proc has
 * for a descriptor is the file itself. Where there is no /proc, the name is looked up
 * again. Who can change it in between can then still have a device opened, without waiting
 * for it; it is not read.
 */
#include "snug/base/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "snug/base/file.h"
#include "snug/base/leases.h"
#include "snug/base/sys.h"

enum { LINK_BYTES = 32 };

static long reopen(int seen)
{
    char link[LINK_BYTES];
    struct snug_builder out = snug_text_build(link, sizeof link);
    snug_text_put(&out, "/proc/self/fd/");
    snug_text_put_u64(&out, (uint64_t)seen);
    return snug_sys_openat(AT_FDCWD, link, SNUG_FILE_OPEN_FLAGS);
}

/* The descriptor, if it is one of that file. */
static long keep(long fd, const struct stat *seen)
{
    struct stat status;
    if (fd < 0 || (snug_sys_fstat((int)fd, &status) == 0 && status.st_dev == seen->st_dev &&
                   status.st_ino == seen->st_ino &&
                   (status.st_mode & S_IFMT) == (seen->st_mode & S_IFMT)))
        return fd;
    (void)snug_sys_close((int)fd); /* Nothing was written. */
    return -ESTALE;
}

long snug_regular_open(int top, const char *path,
                       long (*find)(int top, const char *path, int flags))
{
    struct stat status;
    const long seen = find(top, path, O_PATH | O_CLOEXEC);
    long ret = seen < 0 ? seen : snug_sys_fstat((int)seen, &status);
    if (ret == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) &&
        !S_ISLNK(status.st_mode))
        return seen;
    if (ret == 0 && S_ISLNK(status.st_mode))
        ret = -ELOOP;
    if (ret == 0 && snug_leases_hold((int)seen))
        ret = -EAGAIN;
    if (ret == 0) {
        ret = reopen((int)seen);
        if (ret == -ENOENT || ret == -ENOTDIR)
            ret = keep(find(top, path, SNUG_FILE_OPEN_FLAGS), &status);
    }
    if (seen >= 0)
        (void)snug_sys_close((int)seen); /* As above. */
    return ret;
}
