/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The version stands in the object's file, in the section .comment, which no process has in
 * its memory, and on the page of counters.
 */
#include "snug/cli/subject/object.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "snug/cli/subject/mapped.h"
#include "snug/cli/subject/rights.h"

enum { LINE_BYTES = 8192, OBJECT_BYTES_MAX = 4 << 20, INODE = 5 };

/* `7f83-7f84 r--p 00000000 00:1b 40      /snug/libsnug.so`. */
static uint64_t inode_of(struct snug_text line)
{
    struct snug_text field = {0};
    uint64_t ret;
    for (int i = 0; i < INODE; i++)
        if (!snug_text_cut_word(&line, &field))
            return 0;
    return snug_text_u64(field, &ret) == 0 ? ret : 0;
}

/* `ret_inode` is 0 if it is not known. */
static enum snug_answer find(const struct snug_root *root, struct snug_object *ret,
                             uint64_t *ret_inode)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/maps");
    if (fd < 0)
        return SNUG_MAYBE;
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r;
    while ((r = snug_file_next_line(&lines, &line)) > 0 || r == -EFBIG) {
        if (r < 0 || !snug_text_matches(line, snug_text_of("*/libsnug.so*")))
            continue;
        const size_t n = snug_text_find(line, '/');
        const struct snug_text path = {line.at + n, line.n - n};
        (void)snug_text_copy(path, sizeof ret->path, ret->path); /* Or it is left empty. */
        *ret_inode = inode_of(line);
        return SNUG_YES;
    }
    return r < 0 ? SNUG_MAYBE : SNUG_NO;
}

/* The process may have written anything there. */
static bool is_version(const char *text, size_t size)
{
    static const char may[] = "0123456789.+-~abcdefghijklmnopqrstuvwxyz";
    const size_t n = strnlen(text, size);
    return n < size && strspn(text, may) == n;
}

/* `snug 0.1.0`, between two bytes that are 0. */
static void find_version(const char *bytes, size_t n, size_t size, char *ret)
{
    static const char mark[] = "\0snug ";
    const size_t n_mark = sizeof mark - 1;
    const char *const end = bytes + n;
    const char *at = bytes;
    while ((at = memmem(at, (size_t)(end - at), mark, n_mark))) {
        at += n_mark;
        const size_t n_word = strnlen(at, (size_t)(end - at));
        const struct snug_text word = {at, n_word};
        if (n_word < (size_t)(end - at) && is_version(at, n_word + 1) &&
            snug_text_matches(word, snug_text_of("[0-9]*.[0-9]*")) &&
            snug_text_copy(word, size, ret) == 0)
            return;
    }
}

/* Not below the root: a captured tree is to hold no object. */
static void read_version(int pid, uint64_t inode, struct snug_object *object)
{
    const struct snug_root process = snug_rights_root(pid);
    struct stat status;
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&process, object->path);
    const bool is_it = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                       status.st_ino == inode;
    struct snug_mapped file;
    if (!is_it || snug_mapped_open(fd, &file) < 0)
        return;
    find_version((const char *)file.bytes,
                 file.n_bytes < OBJECT_BYTES_MAX ? file.n_bytes : OBJECT_BYTES_MAX,
                 sizeof object->version, object->version);
    if (!snug_mapped_close(&file))
        object->version[0] = 0;
}

void snug_object_read(const struct snug_root *root, const struct snug_counters *page,
                      struct snug_object *ret)
{
    *ret = (struct snug_object){.is_told = true};
    uint64_t inode = 0;
    ret->is_loaded = find(root, ret, &inode);
    if (page->head.n_bytes >= offsetof(struct snug_counters, chosen) + sizeof ret->chosen &&
        is_version(page->chosen.version, sizeof page->chosen.version))
        ret->chosen = page->chosen;
    if (ret->chosen.version[0])
        memcpy(ret->version, ret->chosen.version, sizeof ret->version);
    else if (ret->path[0])
        read_version(root->pid, inode, ret);
}
