/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The kernel's list of locks has the leases too, a line each: "1: LEASE  ACTIVE    WRITE
 * 3568 fd:00:2531452 0 EOF". What surprises: it names devices otherwise than stat(2) on
 * btrfs and overlayfs, so that the number of the inode alone decides there.
 */
#include "snug/base/leases.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "snug/base/file.h"
#include "snug/base/sys.h"

enum { LINES_BYTES = 4096, LINK_BYTES = 48 };

struct leased {
    dev_t device;
    uint64_t inode;
    uint64_t inner; /* By which the kernel itself names the inode; of overlayfs another. */
};

/* `00:1b:40`: a device of major number 0 is one that the file system has made up. */
static bool is_file(struct snug_text word, const struct leased *file)
{
    struct snug_text major_part;
    struct snug_text minor_part;
    uint64_t of_major;
    uint64_t of_minor;
    uint64_t inode;
    if (!snug_text_cut(&word, ':', &major_part) || !word.at ||
        !snug_text_cut(&word, ':', &minor_part) || !word.at ||
        snug_text_hex(major_part, &of_major) < 0 ||
        snug_text_hex(minor_part, &of_minor) < 0 || snug_text_u64(word, &inode) < 0)
        return false;
    const bool is_made_up = !of_major || !major(file->device);
    return (inode == file->inode || inode == file->inner) &&
           (is_made_up ||
            (of_major == major(file->device) && of_minor == minor(file->device)));
}

/* An open for reading leaves a lease to read alone. One that is being broken already may
 * turn into any. */
static bool is_lease(struct snug_text line, const struct leased *file)
{
    struct snug_text word;
    struct snug_text state;
    struct snug_text type;
    struct snug_text pid;
    if (!snug_text_cut_word(&line, &word) || !snug_text_cut_word(&line, &word))
        return false;
    if (!snug_text_equals(word, "LEASE") && !snug_text_equals(word, "DELEG"))
        return false;
    return snug_text_cut_word(&line, &state) && snug_text_cut_word(&line, &type) &&
           snug_text_cut_word(&line, &pid) && snug_text_cut_word(&line, &word) &&
           !(snug_text_equals(state, "ACTIVE") && snug_text_equals(type, "READ")) &&
           is_file(word, file);
}

/* Since Linux 5.14 a descriptor tells it; before that it is as for stat. */
static uint64_t inner_inode_of(int fd, uint64_t otherwise)
{
    char path[LINK_BYTES];
    uint64_t ret;
    struct snug_builder out = snug_text_build(path, sizeof path);
    snug_text_put(&out, "/proc/self/fdinfo/");
    snug_text_put_u64(&out, (uint64_t)fd);
    return snug_file_find(&snug_file_live, path, "ino:", &ret) == 0 ? ret : otherwise;
}

/* Where it is hidden, /dev/null lies over it. */
static int open_list(void)
{
    struct stat status;
    const int fd = snug_file_open(&snug_file_live, "/proc/locks");
    if (fd < 0 || (snug_sys_fstat(fd, &status) == 0 && S_ISREG(status.st_mode)))
        return fd;
    snug_file_close(&fd);
    return -EACCES;
}

bool snug_leases_hold(int fd)
{
    struct stat status;
    __attribute__((cleanup(snug_file_close))) const int list =
        snug_sys_fstat(fd, &status) < 0 ? -1 : open_list();
    if (list < 0)
        return false;

    const struct leased file = {
        .device = status.st_dev,
        .inode = status.st_ino,
        .inner = inner_inode_of(fd, status.st_ino),
    };
    char buffer[LINES_BYTES];
    struct snug_lines lines = snug_file_lines(list, buffer, sizeof buffer);
    struct snug_text line;
    while (snug_file_next_line(&lines, &line) > 0)
        if (is_lease(line, &file))
            return true;
    return false;
}

/* gVisor has neither. */
bool snug_leases_are_told(void)
{
    __attribute__((cleanup(snug_file_close))) const int list = open_list();
    if (list >= 0)
        return true;
    __attribute__((cleanup(snug_file_close))) const int any =
        snug_file_lift(snug_sys_openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return any >= 0 && snug_sys_fcntl(any, F_GETLEASE, 0) == -EINVAL;
}
