/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A trace begins with `go 1.22 trace` and three 0.
 */
#include "snug/cli/subject/tracing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/base/regular.h"
#include "snug/base/sys.h"

static bool begins_as_trace(int directory, const char *name)
{
    static const char start[] = "go 1.";
    static const char end[] = " trace";
    char text[16];
    __attribute__((cleanup(snug_file_close))) const int fd =
        (int)snug_regular_open(directory, name, snug_sys_openat);
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
    struct dirent *entry;
    while (!ret->has_file && (entry = readdir(directory))) {
        struct stat link;
        struct stat file;
        /* The link's own mode says for what the file is open. */
        if (fstatat(dirfd(directory), entry->d_name, &link, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISLNK(link.st_mode) && link.st_mode & S_IWUSR &&
            fstatat(dirfd(directory), entry->d_name, &file, 0) == 0 &&
            S_ISREG(file.st_mode))
            ret->has_file = begins_as_trace(dirfd(directory), entry->d_name);
    }
    (void)closedir(directory);
}
