/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The root directory by its device and inode. No descriptor is kept open: a program may
 * close all that it does not know. Whoever may not read the directory may ask for it, too.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "snug/apply/chroot.h"
#include "snug/base/file.h"
#include "snug/base/sys.h"

static struct stat first;
static int is_unknown; /* What asking for it gave: 0 or -errno. */

static int find_root(struct stat *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_lift(snug_sys_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return fd < 0 ? fd : (int)snug_sys_fstat(fd, ret);
}

void snug_chroot_begin(void)
{
    is_unknown = find_root(&first);
}

int snug_chroot_compare(void)
{
    struct stat now;
    if (is_unknown)
        return 0;
    const int r = find_root(&now);
    return r < 0 ? r : now.st_dev != first.st_dev || now.st_ino != first.st_ino;
}
