/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A root is known by a pointer to a function, and is copied, so the list is static.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "snug/base/links.h"
#include "snug/base/root.h"
#include "snug/base/text.h"
#include "snug/cli/capture/censor.h"
#include "snug/cli/capture/recorder.h"
#include "snug/cli/command/writing.h"
#include "snug/cli/subject/rights.h"

enum {
    STEP = 64,
    FIRST_BYTES = 16 * 1024,
    BYTES_MAX = 64 << 20,
    THEIR_BYTES_MAX = 32 << 20, /* Twice the longest policy. */
};

static struct {
    struct snug_recorded *list;
    size_t n;
    size_t n_their_bytes; /* Of files that are not the kernel's, which may be sparse. */
    int error;
} all;

static int fail(int error)
{
    if (!all.error)
        all.error = error;
    return error;
}

static struct snug_recorded *find(const char *path)
{
    for (size_t i = 0; i < all.n; i++)
        if (strcmp(all.list[i].path, path) == 0)
            return &all.list[i];
    return NULL;
}

/* Takes the bytes over. */
static int add(const char *path, bool is_directory, mode_t mode, char *bytes, size_t n)
{
    if (all.n % STEP == 0) {
        struct snug_recorded *const list =
            realloc(all.list, (all.n + STEP) * sizeof *all.list);
        if (!list) {
            free(bytes);
            return fail(-ENOMEM);
        }
        all.list = list;
    }
    char *const name = strdup(path);
    if (!name) {
        free(bytes);
        return fail(-ENOMEM);
    }
    all.list[all.n++] = (struct snug_recorded){name, is_directory, mode, bytes, n};
    return 0;
}

/* Censors what is whole of the bytes behind `*n_kept`, and closes the gap. */
static void censor_piece(const char *path, char *bytes, size_t *n_kept, size_t *n)
{
    char *const piece = bytes + *n_kept;
    const size_t n_whole = snug_censor_whole(path, piece, *n - *n_kept);
    const size_t n_left = snug_censor_file(path, piece, n_whole);
    memmove(piece + n_left, piece + n_whole, *n - *n_kept - n_whole);
    *n_kept += n_left;
    *n -= n_whole - n_left;
}

/* All that is kept of the file, in allocated memory. */
static int read_all(const char *path, int fd, char **ret, size_t *ret_n)
{
    char *bytes = NULL;
    size_t size = 0;
    size_t n_kept = 0; /* Of `n`: nothing more is left out of these. */
    size_t n = 0;
    ssize_t r;
    do {
        if (n == size) {
            size = size ? size * 2 : FIRST_BYTES;
            char *const larger = size <= BYTES_MAX ? realloc(bytes, size) : NULL;
            if (!larger) {
                free(bytes);
                return size <= BYTES_MAX ? -ENOMEM : -EFBIG;
            }
            bytes = larger;
        }
        r = read(fd, bytes + n, size - n);
        if (r < 0) {
            const int error = -errno;
            free(bytes);
            return error;
        }
        n += (size_t)r;
        if (r > 0)
            censor_piece(path, bytes, &n_kept, &n);
    } while (r > 0 && !snug_censor_has_enough(bytes, n));
    n = n_kept + snug_censor_file(path, bytes + n_kept, n - n_kept);
    char *const smaller = realloc(bytes, n + 1); /* 0 would free it. */
    *ret = smaller ? smaller : bytes;
    *ret_n = n;
    return 0;
}

/* A descriptor from which the copy is read. */
static long open_copy(const struct snug_recorded *copy)
{
    const int fd = memfd_create("snug", MFD_CLOEXEC);
    if (fd < 0)
        return fail(-errno);
    int r = snug_writing_put(fd, copy->bytes, copy->n);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r == 0)
        return fd;
    (void)close(fd); /* What failed is told. */
    return fail(r);
}

static bool is_kernels(const char *path)
{
    const struct snug_text text = snug_text_of(path);
    return snug_text_starts(text, "/proc/self/")
               ? snug_root_is_kernels(path)
               : snug_text_starts(text, "/proc/") || snug_text_starts(text, "/sys/");
}

/* Any other file is one that a variable has named, and what is made here is to be sent
 * elsewhere: only what the user may read, and nothing of the kernel's, which tells of who
 * asks. */
static bool is_users(int fd, const char *path, uid_t user)
{
    struct statfs system;
    struct stat status;
    return fstatfs(fd, &system) == 0 &&
           (system.f_type != PROC_SUPER_MAGIC || snug_rights_is_asked(path)) &&
           fstat(fd, &status) == 0 &&
           (status.st_mode & S_IROTH ||
            (status.st_uid == user && status.st_mode & S_IRUSR));
}

/* Of another process rights.c makes sure of that. */
static long open_original(const struct snug_root *root, const char *path)
{
    struct snug_root process = snug_rights_root(root->pid);
    process.owners = root->owners;
    if (root->pid)
        return snug_file_open(&process, path);
    if (is_kernels(path))
        return snug_file_open(&snug_file_live, path);
    const long ret = snug_links_open(path, SNUG_FILE_OPEN_FLAGS);
    if (ret < 0 || is_users((int)ret, path, geteuid()))
        return ret;
    (void)close((int)ret); /* Only opened. */
    return -EACCES;
}

/* All that a process names together is not to fill the memory of who looks. */
static int take_room(const char *path, size_t n)
{
    if (snug_root_is_kernels(path))
        return 0;
    if (n > THEIR_BYTES_MAX - all.n_their_bytes)
        return -EFBIG;
    all.n_their_bytes += n;
    return 0;
}

static long keep(const char *path, int fd)
{
    struct stat status;
    char *bytes = NULL;
    size_t n = 0;
    int r = fstat(fd, &status) < 0 ? -errno : 0;
    if (r == 0 && S_ISDIR(status.st_mode)) {
        r = add(path, true, 0, NULL, 0);
        return r < 0 ? r : fd;
    }
    if (r == 0 && !S_ISREG(status.st_mode))
        return fd; /* It is seen what it is, and never read. */
    if (r == 0)
        r = read_all(path, fd, &bytes, &n);
    (void)close(fd); /* Only read from. */
    if (r == 0)
        r = take_room(path, n);
    if (r < 0) {
        free(bytes);
        (void)add(path, true, 0, NULL, 0); /* Else it has noted why. */
        return r;
    }
    r = add(path, false, status.st_mode & 0777, bytes, n);
    return r < 0 ? r : open_copy(&all.list[all.n - 1]);
}

static long record(const struct snug_root *root, const char *path)
{
    const struct snug_recorded *copy = find(path);
    if (copy && !copy->is_directory)
        return open_copy(copy);
    const long fd = open_original(root, path);
    if (copy || snug_censor_is_private(path))
        return fd;
    if (fd >= 0)
        return keep(path, (int)fd);
    if (fd != -ENOENT && fd != -ENOTDIR && fd != -ESRCH)
        (void)add(path, true, 0, NULL, 0); /* Else it has noted why. */
    return fd;
}

struct snug_root snug_recorder_root(int pid)
{
    return (struct snug_root){.fd = -1, .pid = pid, .open = record};
}

const struct snug_recorded *snug_recorder_list(size_t *ret_n)
{
    *ret_n = all.n;
    return all.list;
}

int snug_recorder_add(const char *path, const char *bytes, size_t n)
{
    char *const copy = malloc(n + 1);
    if (!copy)
        return fail(-ENOMEM);
    memcpy(copy, bytes, n);
    return add(path, false, 0644, copy, n);
}

int snug_recorder_error(void)
{
    return all.error;
}

void snug_recorder_close(void)
{
    for (size_t i = 0; i < all.n; i++) {
        free(all.list[i].path);
        free(all.list[i].bytes);
    }
    free(all.list);
    all.list = NULL;
    all.n = 0;
}
