/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A root is known by a pointer to a function, and is copied, so the list is static.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
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

enum {
    STEP = 64,
    FIRST_BYTES = 16 * 1024,
    BYTES_MAX = 64 << 20,
    LINE_BYTES = 4096,
    GROUPS_MAX = 512,
    FILE_GROUP = 4, /* Of `Gid:`: real, effective, saved, and that for files. */
};

static struct {
    struct snug_recorded *list;
    size_t n;
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

/* Of another process nothing else can be told to be so: what lies at `/proc` there is what
 * that process's user has put there. */
static bool is_kernels(const struct snug_root *root, const char *path)
{
    const struct snug_text text = snug_text_of(path);
    return root->pid || snug_text_starts(text, "/proc/self/")
               ? snug_root_is_kernels(path)
               : snug_text_starts(text, "/proc/") || snug_text_starts(text, "/sys/");
}

static const char proc[] = "/proc/";

/* What is asked of the machine and of other processes; censor.c has what is kept of it. */
static bool is_asked(const char *path)
{
    static const char *const names[] = {"stat", "status", "syscall"};
    struct snug_text rest = snug_text_of(path);
    struct snug_text part;
    uint64_t pid;
    if (snug_text_equals(rest, "/proc") || snug_text_equals(rest, "/proc/meminfo") ||
        snug_text_equals(rest, "/proc/version"))
        return true;
    if (!snug_text_starts(rest, proc))
        return false;
    rest = snug_text_of(path + sizeof proc - 1);
    if (!snug_text_cut(&rest, '/', &part) || snug_text_u64(part, &pid) < 0)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (snug_text_equals(rest, names[i]))
            return true;
    return false;
}

/* Any other file is one that the process has named, and what is made here is to be sent
 * elsewhere: only what the process's own user may read, and nothing of the kernel's, which
 * tells of who asks. */
static bool is_users(int fd, const char *path, uid_t user)
{
    struct statfs system;
    struct stat status;
    return fstatfs(fd, &system) == 0 &&
           (system.f_type != PROC_SUPER_MAGIC || is_asked(path)) &&
           fstat(fd, &status) == 0 &&
           (status.st_mode & S_IROTH ||
            (status.st_uid == user && status.st_mode & S_IRUSR));
}

/* Who a process is to the files on the way. */
struct rights {
    uid_t user;
    gid_t group;
    size_t n;
    gid_t others[GROUPS_MAX];
};

/* The numbers of a line of /proc/PID/status. */
static size_t read_numbers(struct snug_text line, size_t n_max, gid_t *ret)
{
    size_t n = 0;
    uint64_t number;
    struct snug_text word;
    (void)snug_text_cut_word(&line, &word); /* What they are. */
    while (n < n_max && snug_text_cut_word(&line, &word))
        if (snug_text_u64(word, &number) == 0)
            ret[n++] = (gid_t)number;
    return n;
}

/* Groups that are too many to read, or not told, it has none of. */
static int read_rights(const struct snug_root *process, struct rights *ret)
{
    *ret = (struct rights){.user = snug_root_owners(process).user, .group = (gid_t)-1};
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(process, "/proc/self/status");
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    gid_t groups[FILE_GROUP];
    int r = fd;
    while (r >= 0 && ((r = snug_file_next_line(&lines, &line)) > 0 || r == -EFBIG)) {
        if (r > 0 && snug_text_starts(line, "Gid:") &&
            read_numbers(line, FILE_GROUP, groups) == FILE_GROUP)
            ret->group = groups[FILE_GROUP - 1];
        if (r > 0 && snug_text_starts(line, "Groups:"))
            ret->n = read_numbers(line, GROUPS_MAX, ret->others);
        r = 0;
    }
    return r < 0 || ret->user == (uid_t)SNUG_ROOT_NOBODY || ret->group == (gid_t)-1
               ? -EACCES
               : 0;
}

static long open_any(const struct snug_root *root, const char *path)
{
    return root->open ? snug_file_open(root, path)
                      : snug_links_open(path, SNUG_FILE_OPEN_FLAGS);
}

/* With the rights that the process has to the directories on the way. Who may not take
 * them, and is not root, has his own alone. */
static long open_as(const struct rights *rights, const struct snug_root *root,
                    const char *path)
{
    static gid_t own_groups[NGROUPS_MAX];
    const int n_own = getgroups(NGROUPS_MAX, own_groups);
    if (n_own < 0)
        return -errno;
    const bool is_taken = setgroups(rights->n, rights->others) == 0;
    if (!is_taken && !geteuid() && rights->user)
        return -EACCES;
    const gid_t own_group = (gid_t)setfsgid(rights->group);
    const uid_t own = (uid_t)setfsuid(rights->user);
    /* What it cannot be changed to is what it was. */
    const bool is_other = (uid_t)setfsuid((uid_t)-1) == rights->user &&
                          (gid_t)setfsgid((gid_t)-1) == rights->group;
    const long ret = is_taken && !is_other ? -EACCES : open_any(root, path);
    (void)setfsuid(own); /* These were ours. */
    (void)setfsgid(own_group);
    if (is_taken && setgroups((size_t)n_own, own_groups) < 0)
        fail(-errno);
    return ret;
}

static long open_original(const struct snug_root *root, const char *path)
{
    struct snug_root inner = root->pid ? snug_root_of_process(root->pid) : snug_file_live;
    inner.owners = root->owners;
    if (is_kernels(root, path))
        return snug_file_open(&inner, path);
    struct rights rights = {.user = geteuid()};
    long ret = root->pid ? read_rights(&inner, &rights) : 0;
    if (ret == 0)
        ret = root->pid ? open_as(&rights, &inner, path) : open_any(&inner, path);
    if (ret < 0 || is_users((int)ret, path, rights.user))
        return ret;
    (void)close((int)ret); /* Only opened. */
    return -EACCES;
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
    if (r < 0) {
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
