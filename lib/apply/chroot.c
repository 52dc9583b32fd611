/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The root directory by its device and inode. No descriptor is kept open: a program may
 * close all that it does not know.
 */
#include "snug/apply/chroot.h"

#include "snug/base/file.h"
#include "snug/base/sys.h"

struct root {
    uint64_t device;
    uint64_t inode; /* 0 if it is not known: a filter refuses to tell. */
};

static struct root first;

static struct root find_root(void)
{
    struct stat status;
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&snug_file_live, "/");
    return fd < 0 || snug_sys_fstat(fd, &status) < 0
               ? (struct root){0}
               : (struct root){status.st_dev, status.st_ino};
}

void snug_chroot_begin(void)
{
    first = find_root();
}

bool snug_chroot_is_past(void)
{
    const struct root now = find_root();
    return now.inode && first.inode &&
           (now.device != first.device || now.inode != first.inode);
}
