/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may make cgroups makes them as deep as he likes: neither descriptors nor the stack
 * may grow with that, and a path of all their names would be too long. So the way up is
 * `..`, and the names of a level are kept, since a place in a directory is none once it is
 * closed.
 */
#include "snug/cli/subject/descent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/base/file.h"

enum {
    OPEN_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW,
    STEP = 64,
    NAMES_BYTES = 256
};

struct level {
    dev_t device;
    ino_t inode;
    char *names; /* Each ends with 0. */
    size_t n_bytes;
    size_t at; /* Where the next of them begins. */
};

struct descent {
    struct level *level;
    size_t n;
    int fd; /* Of the last level. */
};

/* Room is for a power of two. */
static int add_name(struct level *level, const char *name)
{
    const size_t n = strlen(name) + 1;
    const size_t n_all = level->n_bytes + n;
    size_t size = NAMES_BYTES;
    while (size < level->n_bytes)
        size *= 2;
    if (!level->names || n_all > size) {
        while (size < n_all)
            size *= 2;
        char *const larger = realloc(level->names, size);
        if (!larger)
            return -ENOMEM;
        level->names = larger;
    }
    memcpy(level->names + level->n_bytes, name, n);
    level->n_bytes = n_all;
    return 0;
}

static int read_names(int fd, struct level *ret)
{
    const int own = openat(fd, ".", OPEN_FLAGS);
    DIR *const directory = own < 0 ? NULL : fdopendir(own);
    if (!directory) {
        const int r = -errno;
        snug_file_close(&own);
        return r;
    }
    const struct dirent *entry;
    int r = 0;
    while (r == 0 && (entry = readdir(directory)))
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            r = add_name(ret, entry->d_name);
    (void)closedir(directory); /* Only read. */
    return r;
}

/* Adds the level of the descriptor, which it takes over, also where it fails. From one that
 * can be read there is a way up again. */
static int push(struct descent *descent, int fd)
{
    struct stat status;
    struct level new = {0};
    int r = fstat(fd, &status) < 0 ? -errno : read_names(fd, &new);
    if (r == 0 && descent->n % STEP == 0) {
        struct level *const larger =
            reallocarray(descent->level, descent->n + STEP, sizeof *larger);
        if (larger)
            descent->level = larger;
        else
            r = -ENOMEM;
    }
    if (r != 0) {
        free(new.names);
        snug_file_close(&fd);
        return r;
    }
    new.device = status.st_dev;
    new.inode = status.st_ino;
    descent->level[descent->n++] = new;
    snug_file_close(&descent->fd);
    descent->fd = fd;
    return 0;
}

/* To the level above, if that is still what it was. */
static int pop(struct descent *descent)
{
    struct stat status;
    free(descent->level[--descent->n].names);
    if (!descent->n)
        return 0;
    const struct level *above = &descent->level[descent->n - 1];
    const int fd = openat(descent->fd, "..", OPEN_FLAGS);
    const bool is_known = fd >= 0 && fstat(fd, &status) == 0;
    int r = is_known ? 0 : -errno;
    if (is_known && (status.st_dev != above->device || status.st_ino != above->inode))
        r = -ESTALE;
    if (r < 0) {
        snug_file_close(&fd);
        return r;
    }
    snug_file_close(&descent->fd);
    descent->fd = fd;
    return 0;
}

static bool is_passed_over(int r)
{
    return r == -ENOENT || r == -ENODEV || r == -EACCES;
}

/* Into the next directory of the last level. */
static int go_down(struct descent *descent, void (*call)(int, void *), void *context)
{
    struct level *const level = &descent->level[descent->n - 1];
    const char *const name = level->names + level->at;
    level->at += strlen(name) + 1;
    const int fd = snug_file_lift(openat(descent->fd, name, OPEN_FLAGS));
    if (fd < 0)
        return is_passed_over(-errno) ? 0 : -errno;
    call(fd, context);
    const int r = push(descent, fd);
    return is_passed_over(r) ? 0 : r;
}

int snug_descent_each(int top, void (*call)(int, void *), void *context)
{
    struct descent descent = {.fd = -1};
    const int own = snug_file_lift(openat(top, ".", OPEN_FLAGS));
    int r = own < 0 ? -errno : push(&descent, own);
    while (r == 0 && descent.n) {
        const struct level *level = &descent.level[descent.n - 1];
        r = level->at < level->n_bytes ? go_down(&descent, call, context) : pop(&descent);
    }
    while (descent.n)
        free(descent.level[--descent.n].names);
    free(descent.level);
    snug_file_close(&descent.fd);
    return r;
}
