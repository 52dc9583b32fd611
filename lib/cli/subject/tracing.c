/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A trace begins with `go 1.22 trace` and three 0. The process's own descriptor is not
 * taken over: while somebody else has it too, the process's close gives up no flock(2). The
 * file is opened again, and only what may be a trace, if nobody holds a lease on it.
 */
#include "snug/cli/subject/tracing.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/base/leases.h"
#include "snug/base/regular.h"
#include "snug/base/sys.h"

enum { START_BYTES = 16 };

/* `directory` is /proc/PID/fd. */
static bool begins_as_trace(int directory, const char *number)
{
    static const char start[] = "go 1.";
    static const char end[] = " trace";
    char text[START_BYTES];
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_lift(snug_regular_open(directory, number, snug_sys_openat));
    return fd >= 0 && pread(fd, text, sizeof text, 0) == sizeof text &&
           memcmp(text, start, sizeof start - 1) == 0 &&
           memmem(text, sizeof text, end, sizeof end);
}

/* The link's own mode says for what the file is open: os.Create opens for both. */
static bool is_open_for_both(int directory, const char *number)
{
    const mode_t for_both = S_IRUSR | S_IWUSR;
    struct stat link;
    struct stat file;
    return fstatat(directory, number, &link, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(link.st_mode) && (link.st_mode & for_both) == for_both &&
           fstatat(directory, number, &file, 0) == 0 && S_ISREG(file.st_mode) &&
           file.st_size >= START_BYTES;
}

/* Databases, whose files may have leases, mostly write by pwrite: their position stays. */
static bool has_written(int pid, const char *number)
{
    char path[64];
    uint64_t position;
    const int n = snprintf(path, sizeof path, "/proc/%d/fdinfo/%s", pid, number);
    return n > 0 && (size_t)n < sizeof path &&
           snug_file_find(&snug_file_live, path, "pos:", &position) == 0 &&
           position >= START_BYTES;
}

void snug_tracing_read(const struct snug_root *root, struct snug_tracing *ret)
{
    char path[32];
    *ret = (struct snug_tracing){0};
    (void)snprintf(path, sizeof path, "/proc/%d/fd", root->pid);
    DIR *const directory = snug_leases_are_told() ? opendir(path) : NULL;
    if (!directory)
        return;
    struct dirent *entry;
    while (!ret->has_file && (entry = readdir(directory))) {
        const char *const number = entry->d_name;
        ret->has_file = is_open_for_both(dirfd(directory), number) &&
                        has_written(root->pid, number) &&
                        begins_as_trace(dirfd(directory), number);
    }
    (void)closedir(directory);
}
