/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Symbolic links that somebody else may have put in the place of our files. What surprises:
 * a link is followed by hand, for between a look at it and an open it may be another one.
 */
#include "snug/base/links.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "snug/base/file.h"
#include "snug/base/sys.h"

enum { PATH_BYTES = 1024, LINKS_MAX = 8 };

static int open_directly(const char *path, int flags)
{
    return snug_file_lift(flags & O_CREAT
                              ? snug_sys_create(AT_FDCWD, path, flags, SNUG_LINKS_MODE)
                              : snug_sys_openat(AT_FDCWD, path, flags));
}

/* Puts what the link says into `path`, its own. Returns -EACCES for a link of somebody
 * else. */
static int follow(char *path)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_lift(snug_sys_openat(AT_FDCWD, path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat link;
    char target[PATH_BYTES] = {0};
    long n = fd < 0 ? fd : snug_sys_fstat(fd, &link);
    if (n == 0 && link.st_uid && link.st_uid != snug_sys_geteuid())
        n = -EACCES;
    if (n == 0)
        n = snug_sys_readlinkat(fd, "", target, sizeof target - 1);
    if (n < 0)
        return (int)n;

    size_t n_directory = 0;
    for (size_t i = 0; target[0] != '/' && path[i]; i++)
        if (path[i] == '/')
            n_directory = i + 1;
    struct snug_builder out = snug_text_build(path + n_directory, PATH_BYTES - n_directory);
    snug_text_put_slice(&out, (struct snug_text){target, (size_t)n});
    return out.is_full ? -ENAMETOOLONG : 0;
}

int snug_links_open(const char *path, int flags)
{
    char at[PATH_BYTES];
    int r = snug_text_copy(snug_text_of(path), sizeof at, at);
    for (int i = 0; r == 0 && i < LINKS_MAX; i++) {
        const int fd = open_directly(at, flags | O_NOFOLLOW);
        if (fd != -ELOOP)
            return fd;
        /* A link below /proc says no path, and nobody can put another in its place. */
        char link[PATH_BYTES];
        (void)snug_text_copy(snug_text_of(at), sizeof link, link); /* It fits. */
        r = follow(at);
        if (r == 0 && snug_text_starts(snug_text_of(link), "/proc/"))
            return open_directly(link, flags & ~O_CREAT);
    }
    return r < 0 ? r : -ELOOP;
}
