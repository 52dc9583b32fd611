/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The page that others read. What surprises: it must lie in memory. The hooks write to it,
 * and on a disk each write could wait for the disk, or find it full and end in SIGBUS. In a
 * tmpfs the bytes written here stay for good, unless somebody cuts the file short: so it is
 * read-only for everybody, and is never opened for writing a second time.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "snug/apply/identity.h"
#include "snug/apply/statsfile.h"
#include "snug/base/file.h"
#include "snug/base/sys.h"
#include "snug/policy/policy.h"
#include "snug/stats/counters.h"

enum { PATH_BYTES = 1024, MODE = 0444, ID_DIGITS_MAX = 7 };

_Static_assert(SNUG_TEXT_VALUE_BYTES / 2 * ID_DIGITS_MAX < PATH_BYTES,
               "a pattern of nothing but %p has room");

static const int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

static void expand(struct snug_builder *out, const char *pattern, int pid)
{
    for (; *pattern; pattern++) {
        const bool is_id = pattern[0] == '%' && pattern[1] == 'p';
        if (is_id)
            snug_text_put_u64(out, (uint64_t)pid);
        else
            snug_text_put_slice(out, (struct snug_text){pattern, 1});
        if (is_id || (pattern[0] == '%' && pattern[1] == '%'))
            pattern++;
    }
}

/* A page of another process that still lives stays. One in another namespace cannot be
 * asked after: it loses its name, and nothing else. */
static int check_old(int fd, const struct snug_tie *self)
{
    struct stat status;
    struct snug_counters_head head;
    if (fd < 0)
        return fd;
    if (snug_sys_fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
        status.st_uid != snug_sys_geteuid() ||
        snug_sys_read(fd, &head, sizeof head) != sizeof head ||
        head.magic != SNUG_COUNTERS_MAGIC)
        return -EEXIST;
    return head.pid != (uint32_t)self->pid && head.namespace == self->namespace &&
                   head.start_ticks &&
                   head.start_ticks == snug_identity_ticks_of((int)head.pid)
               ? -EBUSY
               : 0;
}

static int create(int dir, const char *name)
{
    return snug_file_lift(snug_sys_create(dir, name, O_RDWR | O_EXCL | flags, MODE));
}

static int replace(int dir, const char *name, const struct snug_tie *self)
{
    __attribute__((cleanup(snug_file_close))) const int old =
        snug_file_lift(snug_sys_openat(dir, name, O_RDONLY | flags));
    const int r = check_old(old, self);
    if (r < 0)
        return r;
    (void)snug_sys_unlinkat(dir, name); /* If that failed, the name is still taken. */
    return create(dir, name);
}

/* Written before it is mapped: so the file system has given the memory. */
static int fill(int fd, const struct snug_tie *self)
{
    const struct snug_counters *counters =
        snug_counters_prepare((uint32_t)self->pid, self->namespace, self->start_ticks);
    /* The kernel answers a file past this limit with a signal that ends the program. */
    struct rlimit limit;
    if (snug_sys_getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur < sizeof *counters)
        return -EFBIG;
    if (snug_sys_write(fd, counters, sizeof *counters) != sizeof *counters)
        return -ENOSPC;

    const long at =
        snug_sys_mmap(NULL, sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at < 0)
        return (int)at;
    snug_counters_move((struct snug_counters *)at);
    return 0;
}

int snug_statsfile_open(const char *pattern)
{
    const struct snug_tie self = snug_identity_own(0);
    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    expand(&out, pattern, self.pid);
    char *slash = path + out.n;
    while (*--slash != '/')
        continue; /* It begins with one. */
    *slash = 0;

    /* All that follows happens in one directory, whatever is renamed meanwhile. */
    __attribute__((cleanup(snug_file_close))) const int dir = snug_file_lift(
        snug_sys_openat(AT_FDCWD, slash == path ? "/" : path, O_PATH | O_CLOEXEC));
    struct statfs system;
    if (dir < 0)
        return dir;
    if (snug_sys_fstatfs(dir, &system) < 0 || system.f_type != TMPFS_MAGIC)
        return -EMEDIUMTYPE;

    __attribute__((cleanup(snug_file_close))) int fd = create(dir, slash + 1);
    if (fd == -EEXIST)
        fd = replace(dir, slash + 1, &self);
    if (fd < 0)
        return fd;
    const int r = fill(fd, &self);
    if (r < 0)
        (void)snug_sys_unlinkat(dir, slash + 1); /* What is left there is only ours. */
    return r;
}
