/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files below a root. A descriptor is never 0, 1 or 2: a host that starts with one of them
 * closed would find its standard streams taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "snug/file.h"
#include "snug/sys.h"

enum { PATH_BYTES = 4096, NAME_BYTES = 256, FIRST_FREE_FD = 3, FOUND_LINE_BYTES = 512 };

/* The longest mountinfo that a machine is thought to have, a dozen times over. */
static const size_t file_bytes_max = 64u << 20;

static const int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

int snug_file_lift(long fd)
{
    if (fd < 0 || fd >= FIRST_FREE_FD)
        return (int)fd;
    const long above = snug_sys_dup_above((int)fd, FIRST_FREE_FD);
    (void)snug_sys_close((int)fd); /* The other one stays open: nothing can be lost. */
    return (int)above;
}

/* Each part for itself, and links nowhere: one that led out could not be told. */
static long open_without_links(int top, const char *path)
{
    const int to_part = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct snug_text rest = snug_text_of(path);
    struct snug_text part;
    long fd = snug_sys_openat(top, ".", to_part);
    while (fd >= 0 && snug_text_cut(&rest, '/', &part)) {
        char name[NAME_BYTES];
        const bool is_last = !rest.at;
        const bool is_bad =
            snug_text_equals(part, "..") || snug_text_copy(part, sizeof name, name) < 0;
        const long next =
            is_bad ? -EINVAL
                   : snug_sys_openat((int)fd, part.n ? name : ".",
                                     is_last ? open_flags | O_NOFOLLOW : to_part);
        (void)snug_sys_close((int)fd); /* Nothing was written. */
        fd = next;
    }
    return fd;
}

/* What somebody else has made may hold devices, which never end. */
static long open_below(int top, const char *path)
{
    while (*path == '/')
        path++;
    long fd =
        snug_sys_openat2(top, path, open_flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    /* Before Linux 5.6, and under seccomp profiles of that time, there is no openat2. */
    if (fd == -ENOSYS || fd == -EPERM)
        fd = open_without_links(top, path);
    struct stat status;
    if (fd < 0 || (snug_sys_fstat((int)fd, &status) == 0 && !S_ISCHR(status.st_mode) &&
                   !S_ISBLK(status.st_mode)))
        return fd;
    (void)snug_sys_close((int)fd); /* Nothing was written. */
    return -EINVAL;
}

/* `/proc/self/status` as seen from here is `/proc/PID/status` for another process. What
 * lies outside `/proc` is looked up in that process's own mount namespace, by
 * `/proc/PID/root`, and is what somebody else has made. */
static long open_of_process(int pid, const char *path)
{
    static const char own[] = "/proc/self/";
    const bool is_own = snug_text_starts(snug_text_of(path), own);
    char buffer[PATH_BYTES];
    struct snug_builder out = snug_text_build(buffer, sizeof buffer);
    snug_text_put(&out, "/proc/");
    snug_text_put_u64(&out, (uint64_t)pid);
    snug_text_put(&out, is_own ? "/" : "/root");
    if (is_own)
        snug_text_put(&out, path + sizeof own - 1);
    if (out.is_full)
        return -ENAMETOOLONG;
    if (is_own)
        return snug_sys_openat(AT_FDCWD, buffer, open_flags);

    __attribute__((cleanup(snug_file_close))) const int top =
        snug_file_lift(snug_sys_openat(AT_FDCWD, buffer, O_PATH | O_DIRECTORY | O_CLOEXEC));
    return top < 0 ? top : open_below(top, path);
}

int snug_file_open(const struct snug_root *root, const char *path)
{
    long fd;
    if (root->fd >= 0) {
        fd = open_below(root->fd, path);
    } else if (root->pid && !snug_text_starts(snug_text_of(path), "/sys/devices/")) {
        fd = open_of_process(root->pid, path);
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
        const long r = lines->n_bytes < file_bytes_max ? refill(lines) : 0;
        if (r < 0)
            return (int)r;
        lines->is_at_end = r == 0;
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
