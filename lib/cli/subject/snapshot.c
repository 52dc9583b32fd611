/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Finding and copying a page. It is copied by read, not mapped: a file that somebody cuts
 * short meanwhile must not end the reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "snug/apply/identity.h"
#include "snug/base/file.h"
#include "snug/base/leases.h"
#include "snug/base/regular.h"
#include "snug/base/sys.h"
#include "snug/cli/subject/rights.h"
#include "snug/cli/subject/snapshot.h"

enum { TRIES = 1000, LINE_BYTES = 8192 };

_Static_assert(sizeof(struct snug_counters) < SNUG_COUNTERS_PAGE_BYTES, "it is one page");

/* A change is whole if the sequence was the same even number before the copy and after. */
static int copy(int fd, struct snug_snapshot *ret)
{
    struct snug_counters *page = &ret->page;
    const long at = offsetof(struct snug_counters, change_sequence);
    uint64_t before = 0;
    uint64_t after = 1;
    for (int i = 0; i < TRIES && (before != after || before % 2); i++) {
        if (pread(fd, &before, sizeof before, at) != sizeof before ||
            pread(fd, page, sizeof *page, 0) < (ssize_t)sizeof page->head ||
            pread(fd, &after, sizeof after, at) != sizeof after)
            return -EBADMSG;
    }
    if (page->head.magic != SNUG_COUNTERS_MAGIC)
        return -EBADMSG;
    if (page->head.layout != SNUG_COUNTERS_LAYOUT)
        return -EPROTO;

    uint64_t word[SNUG_CHANGE_WORDS];
    for (unsigned i = 0; i < SNUG_CHANGE_WORDS; i++)
        word[i] = page->change[i];
    memcpy(&ret->change, word, sizeof ret->change);
    ret->n_changes = before / 2;
    /* Were it being written for so long, the writer would have died over it. */
    ret->has_change = ret->n_changes && before == after && before % 2 == 0;
    return 0;
}

/* Takes the descriptor over, and gives it back if it is one of a file. */
static int take_file(long fd, struct stat *ret)
{
    const int r = fd < 0 ? (int)fd : fstat((int)fd, ret) < 0 ? -errno : 0;
    if (r == 0 && S_ISREG(ret->st_mode))
        return (int)fd;
    if (fd >= 0)
        (void)close((int)fd); /* Only read from. */
    return r < 0 ? r : -EBADMSG;
}

static int open_live(const char *path, struct stat *ret)
{
    return take_file(snug_regular_open(AT_FDCWD, path, snug_sys_openat), ret);
}

int snug_snapshot_read(const char *path, struct snug_snapshot *ret)
{
    struct stat status;
    __attribute__((cleanup(snug_file_close))) const int fd = open_live(path, &status);
    if (fd < 0)
        return fd;
    memset(ret, 0, sizeof *ret);
    const int r = copy(fd, ret);
    if (r < 0)
        return r;

    const struct snug_counters_head *head = &ret->page.head;
    (void)snprintf(ret->path, sizeof ret->path, "%s", path);
    ret->pid = (int)head->pid;
    ret->is_running = SNUG_MAYBE;
    if (head->start_ticks && head->namespace == snug_identity_own(0).namespace)
        ret->is_running =
            snug_identity_ticks_of(ret->pid) == head->start_ticks ? SNUG_YES : SNUG_NO;
    return 0;
}

struct mapping {
    struct snug_text range;
    struct snug_text device;
    uint64_t inode;
    struct snug_text path;
};

/* `7f831eec3000-7f831eec4000 rw-s 00000000 00:1b 40      /dev/shm/snug-4711`. */
static bool parse_mapping(struct snug_text line, struct mapping *ret)
{
    struct snug_text rights;
    struct snug_text offset;
    struct snug_text inode;
    if (!snug_text_cut_word(&line, &ret->range) || !snug_text_cut_word(&line, &rights) ||
        !snug_text_cut_word(&line, &offset) || !snug_text_cut_word(&line, &ret->device) ||
        !snug_text_cut_word(&line, &inode) || snug_text_u64(inode, &ret->inode) < 0)
        return false;
    ret->path = snug_text_trim(line);
    return snug_text_equals(rights, "rw-s") && snug_text_equals(offset, "00000000") &&
           snug_text_starts(ret->path, "/");
}

static bool is_file_of(const struct stat *status, const struct mapping *mapping)
{
    char device[32];
    (void)snprintf(device, sizeof device, "%02x:%02x", major(status->st_dev),
                   minor(status->st_dev));
    return status->st_ino == mapping->inode && snug_text_equals(mapping->device, device);
}

/* No more than a page, and what is mapped. What a service has mapped otherwise is not to be
 * opened. */
static bool is_page(const char *path, const struct mapping *mapping)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_size <= SNUG_COUNTERS_PAGE_BYTES && is_file_of(&status, mapping);
}

/* By its path in the process's own namespace; one that has lost its name by the mapping,
 * which takes privileges. */
static int open_mapping(int pid, const struct mapping *mapping)
{
    const struct snug_root process = snug_rights_root(pid);
    char path[PATH_MAX];
    struct stat status;
    int fd = -EBADMSG;
    const int n_root = snprintf(path, sizeof path, "/proc/%d/root", pid);
    if (snug_text_copy(mapping->path, sizeof path - (size_t)n_root, path + n_root) == 0 &&
        is_page(path, mapping))
        fd = take_file(snug_file_open(&process, path + n_root), &status);
    if (fd >= 0 && is_file_of(&status, mapping))
        return fd;
    snug_file_close(&fd);

    (void)snprintf(path, sizeof path, "/proc/%d/map_files/%.*s", pid, (int)mapping->range.n,
                   mapping->range.at);
    errno = 0;
    if (!is_page(path, mapping))
        return errno == EPERM || errno == EACCES ? -errno : fd;
    const int mapped = open_live(path, &status);
    return mapped < 0 && fd < 0 ? fd : mapped;
}

static int try_mapping(int pid, const struct mapping *mapping, struct snug_snapshot *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd = open_mapping(pid, mapping);
    if (fd < 0)
        return fd;
    memset(ret, 0, sizeof *ret);
    const int r = copy(fd, ret);
    if (r == 0)
        (void)snug_text_copy(mapping->path, sizeof ret->path, ret->path);
    return r;
}

/* The first mapping that is a page. */
static int find(struct snug_lines *lines, int pid, struct snug_snapshot *ret)
{
    int missing = -ENODATA;
    /* To look for the page is to guess. A lease that the process holds on some other file
     * would be broken, and the signal that says so ends it. */
    if (!snug_leases_are_told())
        return -EACCES;
    struct snug_text line;
    int r;
    while ((r = snug_file_next_line(lines, &line)) > 0 || r == -EFBIG) {
        struct mapping mapping;
        if (r == -EFBIG || !parse_mapping(line, &mapping))
            continue;
        r = try_mapping(pid, &mapping, ret);
        if (r == 0 || r == -EPROTO)
            return r;
        if (r == -EACCES || r == -EPERM)
            missing = r; /* It may have been the one. */
    }
    return r < 0 ? r : missing;
}

int snug_snapshot_of_process(int pid, struct snug_snapshot *ret)
{
    const struct snug_root process = snug_rights_root(pid);
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&process, "/proc/self/maps");
    if (fd < 0)
        return fd == -ENOENT ? -ESRCH : fd;

    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    const int r = find(&lines, pid, ret);
    if (r < 0)
        return r;

    const uint64_t ticks = snug_identity_ticks_of(pid);
    const uint64_t of_page = ret->page.head.start_ticks;
    ret->pid = pid;
    ret->is_running = SNUG_YES;
    ret->is_forks = ticks && of_page && ticks != of_page;
    return 0;
}
