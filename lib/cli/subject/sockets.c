/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Of a process that runs, the links in its fd; a captured machine has a list.
 */
#include "snug/cli/subject/sockets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEP = 256, LINE_BYTES = 64 };

static bool add(struct snug_sockets *sockets, uint64_t inode)
{
    if (sockets->n % STEP == 0) {
        uint64_t *const larger =
            reallocarray(sockets->inode, sockets->n + STEP, sizeof *larger);
        if (!larger)
            return false;
        sockets->inode = larger;
    }
    sockets->inode[sockets->n++] = inode;
    return true;
}

/* `socket:[12345]`. */
static bool parse_link(struct snug_text link, uint64_t *ret)
{
    static const char start[] = "socket:[";
    const size_t n = sizeof start - 1;
    return snug_text_starts(link, start) && link.at[link.n - 1] == ']' &&
           snug_text_u64((struct snug_text){link.at + n, link.n - n - 1}, ret) == 0;
}

static bool read_links(int pid, struct snug_sockets *ret)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *const directory = opendir(path);
    if (!directory)
        return false;
    bool is_good = true;
    struct dirent *entry;
    while (is_good && (entry = readdir(directory))) {
        char text[64];
        uint64_t inode;
        const ssize_t n = readlinkat(dirfd(directory), entry->d_name, text, sizeof text);
        if (n > 0 && parse_link((struct snug_text){text, (size_t)n}, &inode))
            is_good = add(ret, inode);
    }
    (void)closedir(directory);
    return is_good;
}

static bool read_list(const struct snug_root *root, struct snug_sockets *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, SNUG_SOCKETS_PATH);
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r = fd;
    while (r >= 0 && (r = snug_file_next_line(&lines, &line)) > 0) {
        uint64_t inode;
        if (snug_text_u64(line, &inode) < 0 || !add(ret, inode))
            return false;
    }
    return r == 0;
}

static int compare(const void *one, const void *other)
{
    const uint64_t a = *(const uint64_t *)one;
    const uint64_t b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

void snug_sockets_read(const struct snug_root *root, struct snug_sockets *ret)
{
    *ret = (struct snug_sockets){0};
    ret->is_known = root->pid ? read_links(root->pid, ret) : read_list(root, ret);
    if (!ret->is_known)
        snug_sockets_close(ret);
    else if (ret->n)
        qsort(ret->inode, ret->n, sizeof *ret->inode, compare);
}

bool snug_sockets_has(const struct snug_sockets *sockets, uint64_t inode)
{
    return sockets->n && bsearch(&inode, sockets->inode, sockets->n, sizeof inode, compare);
}

void snug_sockets_close(struct snug_sockets *sockets)
{
    free(sockets->inode);
    *sockets = (struct snug_sockets){0};
}
