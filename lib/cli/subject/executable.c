/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From a name to a mapped ELF image. On the live system a program may be executable without
 * being readable; below a root directory nothing needs to be executable, for trees are
 * copied as text.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "snug/cli/subject/executable.h"
#include "snug/facts/program.h"

/* What execvp of musl takes where PATH is not set; glibc's has no /usr/local/bin. */
static const char path_when_unset[] = "/usr/local/bin:/bin:/usr/bin";

static bool is_live(const struct snug_root *root)
{
    return !root->open;
}

/* Where the descriptor's file lies, without the root's own path in front. Keeps `ret` if
 * the system does not tell. */
static void resolve_path(const struct snug_root *root, int fd, size_t size, char *ret)
{
    char link[64];
    char target[PATH_MAX];
    char top[PATH_MAX] = "";

    if (root->fd >= 0) {
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", root->fd);
        const ssize_t n_top = readlink(link, top, sizeof top - 1);
        top[n_top < 0 ? 0 : n_top] = 0;
    }
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, target, sizeof target - 1);
    if (n <= 0)
        return;

    struct snug_text text = {target, (size_t)n};
    const size_t n_top = snug_text_of(top).n;
    if (n_top > 1 && snug_text_starts(text, top))
        text = (struct snug_text){text.at + n_top, text.n - n_top};
    (void)snug_text_copy(text, size, ret); /* Both buffers are of one size. */
}

/* Whether the kernel will set AT_SECURE for it. */
static bool is_privileged(const char *path, const struct stat *status)
{
    const bool has_user = status->st_mode & S_ISUID && status->st_uid != getuid();
    const bool has_group = status->st_mode & S_ISGID && status->st_gid != getgid();
    /* For root, capabilities of a file add nothing. */
    const bool has_capabilities =
        getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
    return has_user || has_group || has_capabilities;
}

static int open_live(const char *path, struct snug_executable *ret)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
        return -EACCES;

    const struct snug_root live = {.fd = -1};
    const int fd = snug_file_open(&live, path);
    ret->fd = fd < 0 ? -1 : fd;
    ret->is_privileged = is_privileged(path, &status);
    return snug_text_copy(snug_text_of(path), sizeof ret->path, ret->path);
}

static int open_below(const struct snug_root *root, const char *path,
                      struct snug_executable *ret)
{
    struct snug_builder out = snug_text_build(ret->path, sizeof ret->path);
    if (path[0] != '/')
        snug_text_put(&out, "/");
    snug_text_put(&out, path);
    if (out.is_full)
        return -ENAMETOOLONG;

    const int fd = snug_file_open(root, ret->path);
    if (fd < 0)
        return fd;

    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        snug_file_close(&fd);
        return -EACCES;
    }
    ret->fd = fd;
    ret->is_privileged = false; /* Nothing is started. */
    return 0;
}

static int try_path(const struct snug_root *root, const char *path,
                    struct snug_executable *ret)
{
    const int r = is_live(root) ? open_live(path, ret) : open_below(root, path, ret);
    if (r == 0 && ret->fd >= 0)
        resolve_path(root, ret->fd, sizeof ret->path, ret->path);
    return r;
}

int snug_executable_find(const struct snug_root *root, const char *name, const char *path,
                         struct snug_executable *ret)
{
    const struct snug_text name_text = snug_text_of(name);
    if (!name_text.n)
        return -ENOENT;

    struct snug_text slash = name_text;
    struct snug_text before_slash;
    if (snug_text_cut(&slash, '/', &before_slash) && slash.at)
        return try_path(root, name, ret);

    int ret_error = -ENOENT;
    struct snug_text rest = snug_text_of(path ? path : path_when_unset);
    struct snug_text directory;
    while (snug_text_cut(&rest, ':', &directory)) {
        char buffer[PATH_MAX];
        struct snug_builder out = snug_text_build(buffer, sizeof buffer);
        snug_text_put_slice(&out, directory.n ? directory : snug_text_of("."));
        snug_text_put(&out, "/");
        snug_text_put(&out, name);
        if (out.is_full)
            continue;
        const int r = try_path(root, buffer, ret);
        if (r == 0)
            return 0;
        if (r == -EACCES)
            ret_error = r;
    }
    return ret_error;
}

int snug_executable_of_process(const struct snug_root *root, struct snug_executable *ret)
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/%d/exe", root->pid);
    const int fd = snug_file_open(root, "/proc/self/exe");
    if (fd < 0)
        return fd;

    const ssize_t n = readlink(link, ret->path, sizeof ret->path - 1);
    ret->path[n < 0 ? 0 : n] = 0;
    ret->fd = fd;
    ret->is_privileged = false;
    return 0;
}

void snug_executable_read(const struct snug_executable *executable,
                          struct snug_program *ret)
{
    *ret = (struct snug_program){0};

    struct stat status;
    if (executable->fd < 0 || fstat(executable->fd, &status) < 0)
        return;
    const size_t n_bytes = (size_t)status.st_size;
    if (!n_bytes) {
        ret->is_known = true;
        return;
    }
    void *file = mmap(NULL, n_bytes, PROT_READ, MAP_PRIVATE, executable->fd, 0);
    if (file == MAP_FAILED)
        return;

    struct snug_elf elf;
    if (snug_elf_from_file(file, n_bytes, &elf) == 0)
        snug_program_read(&elf, ret);
    else
        ret->is_known = true;
    (void)munmap(file, n_bytes); /* It was mapped: this cannot fail. */
}

void snug_executable_close(struct snug_executable *executable)
{
    snug_file_close(&executable->fd);
    executable->fd = -1;
}
