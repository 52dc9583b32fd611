/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Small files below a root, and long ones line by line. A root is the live system, or a
 * directory that stands in for it (`snug explain --root`), or another process as seen from
 * here (`--pid`). Every path given here is absolute and is looked up below the root; no
 * symbolic link leads out of a root directory.
 */
#pragma once

#include <fcntl.h>
#include <stdbool.h>

#include "snug/base/text.h"

/* The users whose files a process trusts, by the numbers that they have here. */
struct snug_owners {
    uint32_t superuser; /* Of the process's user namespace. */
    uint32_t user;
};

/* `{.fd = -1}` is the live system; root.h makes the others. */
struct snug_root {
    int fd;  /* An O_PATH descriptor of the directory, or -1. */
    int pid; /* Whose `/proc/self` is meant: 0 for the caller's own. */
    const struct snug_owners *owners; /* NULL: user 0 and the caller. */
    /* Opens for reading, mostly with SNUG_FILE_OPEN_FLAGS; NULL for the live system. */
    long (*open)(const struct snug_root *root, const char *path);
};
extern const struct snug_root snug_file_live;

/* Of files that somebody else may have put there: without waiting for a FIFO's writer, and
 * without making a terminal the process's own. */
#define SNUG_FILE_OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* Moves a descriptor of 0, 1 or 2 away from there: they are the host's, open or not.
 * Returns the descriptor, or the -errno that `fd` was or that moving gave. */
int snug_file_lift(long fd);

/* Opens for reading, close-on-exec: in the live system, files of the kernel alone, which
 * never wait; below other roots without waiting for a FIFO's writer. Returns a descriptor
 * of at least 3, or -errno. */
int snug_file_open(const struct snug_root *root, const char *path);

/* Reads a whole small file, which it terminates with 0 in `ret_buf`. Returns 0 and its
 * length; -EFBIG if it does not fit in `size` - 1 bytes; else -errno. */
int snug_file_read(const struct snug_root *root, const char *path, size_t size,
                   char *ret_buf, size_t *ret_n);

/* The same for a descriptor, which stays open. */
int snug_file_read_fd(int fd, size_t size, char *ret_buf, size_t *ret_n);

/* A file without a bound, line by line through a buffer of the caller's. */
struct snug_lines {
    int fd;
    char *buffer;
    size_t size;
    size_t start; /* What is in the buffer but not yet handed out: [start, end). */
    size_t end;
    size_t n_bytes;  /* Read so far. What comes after 64 MiB is not read. */
    unsigned number; /* Of the line handed out last, from 1. */
    bool is_at_end;
    /* The kernel hands it out in one piece: a read that ends with a line, before the buffer
     * does, was the last. True of no file unless its caller knows it. */
    bool is_in_one_piece;
    bool was_terminated; /* The line handed out last ended in a newline. */
};

struct snug_lines snug_file_lines(int fd, char *buffer, size_t size);

/* Returns 1 with the next line, without its newline; 0 at the end; -EFBIG for a line longer
 * than the buffer, which is skipped, and the next call goes on behind it; else -errno. The
 * text lies in the buffer and holds until the next call. */
int snug_file_next_line(struct snug_lines *lines, struct snug_text *ret_line);

/* The number, between spaces, behind the first line that begins with `key`, of lines of at
 * most 512 bytes. -ENOENT if there is no such file or line; else -errno. */
int snug_file_find(const struct snug_root *root, const char *path, const char *key,
                   uint64_t *ret_number);

/* For `__attribute__((cleanup(...)))`: closes a descriptor that is not negative. */
void snug_file_close(const int *fd);
