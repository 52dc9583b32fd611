/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What surprises: a Kubernetes volume changes by one rename, of a link in the directory
 * that the file's name leads through. The name stays, and the file is another one. So it is
 * looked at by its path, and no notice of the kernel's would do.
 */
#include "snug/policy/edition.h"

#include <errno.h>
#include <sys/stat.h>

#include "snug/base/file.h"
#include "snug/base/sys.h"

static int64_t ns_of(struct timespec time)
{
    enum { NS_PER_SEC = 1000000000 };
    return (int64_t)((uint64_t)time.tv_sec * NS_PER_SEC + (uint64_t)time.tv_nsec);
}

struct snug_edition snug_edition_of(const struct stat *file)
{
    return (struct snug_edition){
        .device = file->st_dev,
        .inode = file->st_ino,
        .n_bytes = (uint64_t)file->st_size,
        .modified_ns = ns_of(file->st_mtim),
        .changed_ns = ns_of(file->st_ctim),
    };
}

struct snug_edition snug_edition_find(const char *path)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_lift(snug_sys_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC));
    struct stat file;
    const long r = fd < 0 ? fd : snug_sys_fstat(fd, &file);
    if (r < 0)
        return (struct snug_edition){.error = r == -ENOENT ? 0 : (int)-r};
    return snug_edition_of(&file);
}

bool snug_edition_is(const struct snug_edition *a, const struct snug_edition *b)
{
    return a->device == b->device && a->inode == b->inode && a->n_bytes == b->n_bytes &&
           a->modified_ns == b->modified_ns && a->changed_ns == b->changed_ns &&
           a->error == b->error;
}
