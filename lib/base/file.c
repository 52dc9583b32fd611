/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files below a root. A descriptor is never 0, 1 or 2: a host that starts with one of them
 * closed would find its standard streams taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>

#include "snug/file.h"
#include "snug/sys.h"

enum { PATH_BYTES = 4096, FIRST_FREE_FD = 3 };

static const int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

int snug_file_lift(long fd)
{
    if (fd < 0 || fd >= FIRST_FREE_FD)
        return (int)fd;
    const long above = snug_sys_dup_above((int)fd, FIRST_FREE_FD);
    (void)snug_sys_close((int)fd); /* The other one stays open: nothing can be lost. */
    return (int)above;
}

/* `/proc/self/status` as seen from here is `/proc/PID/status` for another process. What
 * lies outside `/proc` is looked up in that process's own mount namespace, by
 * `/proc/PID/root`. */
static int path_of_process(const char *path, int pid, size_t size, char *ret)
{
    struct snug_builder out = snug_text_build(ret, size);
    struct snug_text rest = snug_text_of(path);

    snug_text_put(&out, "/proc/");
    snug_text_put_u64(&out, (uint64_t)pid);
    if (snug_text_starts(rest, "/proc/self/")) {
        const size_t n = sizeof "/proc/self" - 1;
        rest = (struct snug_text){rest.at + n, rest.n - n};
    } else {
        snug_text_put(&out, "/root");
    }
    snug_text_put_slice(&out, rest);
    return out.is_full ? -ENAMETOOLONG : 0;
}

static long open_below(int fd, const char *path)
{
    while (*path == '/')
        path++;
    const long r =
        snug_sys_openat2(fd, path, open_flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    /* Before Linux 5.6, and under seccomp profiles of that time, there is no openat2. */
    return r == -ENOSYS || r == -EPERM ? snug_sys_openat(fd, path, open_flags) : r;
}

int snug_file_open(const struct snug_root *root, const char *path)
{
    long fd;
    if (root->fd >= 0) {
        fd = open_below(root->fd, path);
    } else if (root->pid && !snug_text_starts(snug_text_of(path), "/sys/devices/")) {
        char buffer[PATH_BYTES];
        const int r = path_of_process(path, root->pid, sizeof buffer, buffer);
        if (r < 0)
            return r;
        fd = snug_sys_openat(AT_FDCWD, buffer, open_flags);
    } else {
        fd = snug_sys_openat(AT_FDCWD, path, open_flags);
    }
    return snug_file_lift(fd);
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
    if (r > 0)
        lines->end += (size_t)r;
    return r;
}

int snug_file_next_line(struct snug_lines *lines, struct snug_text *ret_line)
{
    bool is_too_long = false;
    size_t seen = 0;

    lines->number++;
    for (;;) {
        for (; lines->start + seen < lines->end; seen++) {
            if (lines->buffer[lines->start + seen] != '\n')
                continue;
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
        const long r = refill(lines);
        if (r < 0)
            return (int)r;
        lines->is_at_end = r == 0;
    }
}

void snug_file_close(const int *fd)
{
    if (*fd >= 0)
        (void)snug_sys_close(*fd); /* Only read from: nothing can be lost. */
}
