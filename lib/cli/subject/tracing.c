/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A trace begins with `go 1.22 trace` and three 0. What the process has open is not opened
 * again: that would break a lease that it holds, and the signal that says so ends it. Its
 * own descriptor is taken over for a moment.
 */
#include "snug/cli/subject/tracing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/base/text.h"

static bool begins_as_trace(int process, int number)
{
    static const char start[] = "go 1.";
    static const char end[] = " trace";
    char text[16];
    __attribute__((cleanup(snug_file_close))) const int fd =
        (int)syscall(SYS_pidfd_getfd, process, number, 0);
    return fd >= 0 && pread(fd, text, sizeof text, 0) == sizeof text &&
           memcmp(text, start, sizeof start - 1) == 0 &&
           memmem(text, sizeof text, end, sizeof end);
}

void snug_tracing_read(const struct snug_root *root, struct snug_tracing *ret)
{
    char path[32];
    *ret = (struct snug_tracing){0};
    (void)snprintf(path, sizeof path, "/proc/%d/fd", root->pid);
    DIR *const directory = opendir(path);
    if (!directory)
        return;
    /* Before Linux 5.6 there is no such call: nothing is known then. */
    __attribute__((cleanup(snug_file_close))) const int process =
        (int)syscall(SYS_pidfd_open, root->pid, 0);
    const mode_t for_both = S_IRUSR | S_IWUSR;
    struct dirent *entry;
    while (process >= 0 && !ret->has_file && (entry = readdir(directory))) {
        struct stat link;
        struct stat file;
        uint64_t number;
        /* The link's own mode says for what the file is open: os.Create opens for both. */
        if (snug_text_u64(snug_text_of(entry->d_name), &number) == 0 &&
            fstatat(dirfd(directory), entry->d_name, &link, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISLNK(link.st_mode) && (link.st_mode & for_both) == for_both &&
            fstatat(dirfd(directory), entry->d_name, &file, 0) == 0 &&
            S_ISREG(file.st_mode))
            ret->has_file = begins_as_trace(process, (int)number);
    }
    (void)closedir(directory);
}
