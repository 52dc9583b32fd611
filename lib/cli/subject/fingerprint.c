/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By fstat. The kernel sets the time of a change, which nobody else can, and which is no
 * finer than its clock's tick.
 */
#include "snug/cli/subject/fingerprint.h"

#include <sys/stat.h>

static const int64_t nsec_in_sec = 1000000000;

bool snug_fingerprint_read(int fd, struct snug_fingerprint *ret)
{
    struct stat file;
    if (fd < 0 || fstat(fd, &file) < 0)
        return false;
    *ret = (struct snug_fingerprint){file.st_dev, file.st_ino, file.st_size, 0};
    return !__builtin_mul_overflow(file.st_ctim.tv_sec, nsec_in_sec, &ret->changed_nsec) &&
           !__builtin_add_overflow(ret->changed_nsec, file.st_ctim.tv_nsec,
                                   &ret->changed_nsec);
}

bool snug_fingerprint_equals(const struct snug_fingerprint *one,
                             const struct snug_fingerprint *other)
{
    return one->device == other->device && one->inode == other->inode &&
           one->n_bytes == other->n_bytes && one->changed_nsec == other->changed_nsec;
}
