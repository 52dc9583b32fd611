/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files below a root. A descriptor is never 0, 1 or 2: a host that starts with one of them
 * closed would find its standard streams taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "snug/base/file.h"
#include "snug/base/sys.h"

enum { FIRST_FREE_FD = 3, FOUND_LINE_BYTES = 512 };

/* The longest mountinfo that a machine is thought to have, a dozen times over. */
static const size_t file_bytes_max = 64u << 20;

const struct snug_root snug_file_live = {.fd = -1};

int snug_file_lift(long fd)
{
    if (fd < 0 || fd >= FIRST_FREE_FD)
        return (int)fd;
    const long above = snug_sys_fcntl((int)fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    (void)snug_sys_close((int)fd); /* The other one stays open: nothing can be lost. */
    return (int)above;
}

/* With the loader's own flags: a seccomp filter may kill for any others. */
static long open_live(const char *path)
{
    return snug_sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

int snug_file_open(const struct snug_root *root, const char *path)
{
    return snug_file_lift(root->open ? root->open(root, path) : open_live(path));
}

int snug_file_read_fd(int fd, size_t size, char *ret_buf, size_t *ret_n)
{
    size_t n = 0;
    while (n < size) {
        const long r = snug_sys_read(fd, ret_buf + n, size - n);
        if (r == -EINTR)
            continue;
        if (r < 0)
            return (int)r;
        if (r == 0)
            break;
        n += (size_t)r;
        /* The kernel hands out these files in one piece. One that ended in the middle of
         * the buffer with a newline is complete, and a second read is saved. */
        if (n < size && ret_buf[n - 1] == '\n')
            break;
    }
    if (n == size)
        return -EFBIG;
    ret_buf[n] = 0;
    *ret_n = n;
    return 0;
}

int snug_file_read(const struct snug_root *root, const char *path, size_t size,
                   char *ret_buf, size_t *ret_n)
{
    __attribute__((cleanup(snug_file_close))) const int fd = snug_file_open(root, path);
    return fd < 0 ? fd : snug_file_read_fd(fd, size, ret_buf, ret_n);
}

struct snug_lines snug_file_lines(int fd, char *buffer, size_t size)
{
    return (struct snug_lines){.fd = fd, .buffer = buffer, .size = size};
}

/* Moves what is left to the front and reads behind it. Returns the bytes read. */
static long refill(struct snug_lines *lines)
{
    for (size_t i = lines->start; i < lines->end; i++)
        lines->buffer[i - lines->start] = lines->buffer[i];
    lines->end -= lines->start;
    lines->start = 0;

    long r;
    do
        r = snug_sys_read(lines->fd, lines->buffer + lines->end, lines->size - lines->end);
    while (r == -EINTR);
    if (r > 0) {
        lines->end += (size_t)r;
        lines->n_bytes += (size_t)r;
    }
    return r;
}

int snug_file_next_line(struct snug_lines *lines, struct snug_text *ret_line)
{
    bool is_too_long = false;
    size_t seen = 0;

    lines->number++;
    for (;;) {
        const struct snug_text fresh = {lines->buffer + lines->start + seen,
                                        lines->end - lines->start - seen};
        seen += snug_text_find(fresh, '\n');
        if (lines->start + seen < lines->end) {
            *ret_line = (struct snug_text){lines->buffer + lines->start, seen};
            lines->start += seen + 1;
            lines->was_terminated = true;
            return is_too_long ? -EFBIG : 1;
        }

        if (lines->is_at_end) {
            *ret_line = (struct snug_text){lines->buffer + lines->start, seen};
            lines->start = lines->end;
            lines->was_terminated = false;
            if (is_too_long)
                return -EFBIG;
            return seen > 0;
        }
        if (seen == lines->size) {
            is_too_long = true;
            lines->start = lines->end;
            seen = 0;
        }
        const long r = lines->n_bytes < file_bytes_max ? refill(lines) : 0;
        if (r < 0)
            return (int)r;
        lines->is_at_end = r == 0 || (lines->is_in_one_piece && lines->end < lines->size &&
                                      lines->buffer[lines->end - 1] == '\n');
    }
}

int snug_file_find(const struct snug_root *root, const char *path, const char *key,
                   uint64_t *ret_number)
{
    __attribute__((cleanup(snug_file_close))) const int fd = snug_file_open(root, path);
    if (fd < 0)
        return fd;

    char buffer[FOUND_LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    for (;;) {
        const int r = snug_file_next_line(&lines, &line);
        if (r <= 0 && r != -EFBIG)
            return r < 0 ? r : -ENOENT;
        if (r < 0 || !snug_text_starts(line, key))
            continue;
        const size_t n = snug_text_of(key).n;
        line = (struct snug_text){line.at + n, line.n - n};
        struct snug_text word;
        return snug_text_cut_word(&line, &word) ? snug_text_u64(word, ret_number) : -EINVAL;
    }
}

void snug_file_close(const int *fd)
{
    if (*fd >= 0)
        (void)snug_sys_close(*fd); /* Only read from: nothing can be lost. */
}
