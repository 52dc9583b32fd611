/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Roots other than the live system. Only the command and tests have any, and as they are
 * reached by a pointer alone, this file is no part of the preload object, and may call
 * libc.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/base/root.h"
#include "snug/base/sys.h"

enum { PATH_BYTES = 4096, NAME_BYTES = 256 };

/* Each part for itself, and links nowhere: one that led out could not be told. */
static long open_without_links(int top, const char *path)
{
    const int to_part = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct snug_text rest = snug_text_of(path);
    struct snug_text part;
    long fd = snug_sys_openat(top, ".", to_part);
    while (fd >= 0 && snug_text_cut(&rest, '/', &part)) {
        char name[NAME_BYTES];
        const bool is_last = !rest.at;
        const bool is_bad =
            snug_text_equals(part, "..") || snug_text_copy(part, sizeof name, name) < 0;
        const long next =
            is_bad ? -EINVAL
                   : snug_sys_openat((int)fd, part.n ? name : ".",
                                     is_last ? SNUG_FILE_OPEN_FLAGS | O_NOFOLLOW : to_part);
        (void)snug_sys_close((int)fd); /* Nothing was written. */
        fd = next;
    }
    return fd;
}

/* What somebody else has made may hold devices, which never end. */
static long open_from(int top, const char *path)
{
    while (*path == '/')
        path++;
    const struct open_how how = {
        .flags = SNUG_FILE_OPEN_FLAGS,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    long fd = syscall(SYS_openat2, top, path, &how, sizeof how);
    if (fd < 0)
        fd = -errno;
    /* Before Linux 5.6, and under seccomp profiles of that time, there is no openat2. */
    if (fd == -ENOSYS || fd == -EPERM)
        fd = open_without_links(top, path);
    struct stat status;
    if (fd < 0 || (snug_sys_fstat((int)fd, &status) == 0 && !S_ISCHR(status.st_mode) &&
                   !S_ISBLK(status.st_mode)))
        return fd;
    (void)snug_sys_close((int)fd); /* Nothing was written. */
    return -EINVAL;
}

/* `/proc/self/status` as seen from here is `/proc/PID/status` for another process. What
 * lies outside `/proc` is looked up in that process's own mount namespace, by
 * `/proc/PID/root`, and is what somebody else has made. The machine is the same for all. */
static long open_of_process(const struct snug_root *root, const char *path)
{
    static const char own[] = "/proc/self/";
    if (snug_text_starts(snug_text_of(path), "/sys/devices/"))
        return snug_sys_openat(AT_FDCWD, path, SNUG_FILE_OPEN_FLAGS);

    const bool is_own = snug_text_starts(snug_text_of(path), own);
    char buffer[PATH_BYTES];
    struct snug_builder out = snug_text_build(buffer, sizeof buffer);
    snug_text_put(&out, "/proc/");
    snug_text_put_u64(&out, (uint64_t)root->pid);
    snug_text_put(&out, is_own ? "/" : "/root");
    if (is_own)
        snug_text_put(&out, path + sizeof own - 1);
    if (out.is_full)
        return -ENAMETOOLONG;
    if (is_own)
        return snug_sys_openat(AT_FDCWD, buffer, SNUG_FILE_OPEN_FLAGS);

    __attribute__((cleanup(snug_file_close))) const int top =
        snug_file_lift(snug_sys_openat(AT_FDCWD, buffer, O_PATH | O_DIRECTORY | O_CLOEXEC));
    return top < 0 ? top : open_from(top, path);
}

static long open_below(const struct snug_root *root, const char *path)
{
    return open_from(root->fd, path);
}

struct snug_root snug_root_below(int fd)
{
    return (struct snug_root){.fd = fd, .open = open_below};
}

struct snug_root snug_root_of_process(int pid)
{
    return (struct snug_root){.fd = -1, .pid = pid, .open = open_of_process};
}
