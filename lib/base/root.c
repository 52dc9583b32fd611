/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Roots other than the live system. Only the command and tests have any, and as they are
 * reached by a pointer alone, this file is no part of the preload object, and may call
 * libc.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/base/regular.h"
#include "snug/base/root.h"
#include "snug/base/sys.h"

enum { PATH_BYTES = 4096, NAME_BYTES = 256, LINKS_MAX = 8 };

static const char own[] = "/proc/self/";
static const char machine[] = "/sys/devices/system/";

/* Each part for itself, and links nowhere: one that led out could not be told. The whole is
 * too long where it is for the kernel. */
static long open_without_links(int top, const char *path, int flags)
{
    const int to_part = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct snug_text rest = snug_text_of(path);
    struct snug_text part;
    long fd = rest.n < PATH_BYTES ? snug_sys_openat(top, ".", to_part) : -ENAMETOOLONG;
    while (fd >= 0 && snug_text_cut(&rest, '/', &part)) {
        char name[NAME_BYTES];
        const bool is_last = !rest.at;
        const bool is_bad =
            snug_text_equals(part, "..") || snug_text_copy(part, sizeof name, name) < 0;
        const long next = is_bad ? -EINVAL
                                 : snug_sys_openat((int)fd, part.n ? name : ".",
                                                   is_last ? flags | O_NOFOLLOW : to_part);
        (void)snug_sys_close((int)fd); /* Nothing was written. */
        fd = next;
    }
    return fd;
}

/* Below the top, as if that were the root. */
static long open_in_root(int top, const char *path, int flags)
{
    while (*path == '/')
        path++;
    const struct open_how how = {
        .flags = (unsigned)flags,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    const long fd = syscall(SYS_openat2, top, path, &how, sizeof how);
    return fd < 0 ? -errno : fd;
}

static long find(int top, const char *path, int flags)
{
    const long fd = open_in_root(top, path, flags);
    /* Before Linux 5.6, and under seccomp profiles of that time, there is no openat2. */
    return fd == -ENOSYS || fd == -EPERM ? open_without_links(top, path, flags) : fd;
}

/* What somebody else has made may hold devices. */
static long open_from(int top, const char *path)
{
    return snug_regular_open(top, path, find);
}

/* Whether links at the path's end are those of users that the process trusts, as links.c
 * has it of its own process. 0, or -errno; also where that cannot be asked. */
static int judge_links(int top, const char *path, const struct snug_owners *owners)
{
    char at[PATH_BYTES];
    int r = snug_text_copy(snug_text_of(path), sizeof at, at);
    for (int i = 0; r == 0 && i < LINKS_MAX; i++) {
        __attribute__((cleanup(snug_file_close))) const int fd =
            (int)open_in_root(top, at, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        struct stat link;
        if (fd < 0 || snug_sys_fstat(fd, &link) < 0 || !S_ISLNK(link.st_mode))
            return 0;
        if (link.st_uid != owners->superuser && link.st_uid != owners->user)
            return -EACCES;
        char target[PATH_BYTES];
        const long n = snug_sys_readlinkat(fd, "", target, sizeof target);
        if (n < 0)
            return (int)n;
        size_t n_directory = 0;
        for (size_t k = 0; target[0] != '/' && at[k]; k++)
            if (at[k] == '/')
                n_directory = k + 1;
        r = snug_text_copy((struct snug_text){target, (size_t)n}, sizeof at - n_directory,
                           at + n_directory);
    }
    return r < 0 ? r : -ELOOP;
}

static bool has_way_up(struct snug_text path)
{
    struct snug_text part;
    while (snug_text_cut(&path, '/', &part))
        if (snug_text_equals(part, ".."))
            return true;
    return false;
}

bool snug_root_is_kernels(const char *path)
{
    /* What somebody asks for through a root. Others of the kernel's files are a great deal
     * of work for it, or tell addresses; further down are links to what the process has
     * open, and to its directories. */
    static const char *const names[] = {
        "cgroup", "cmdline",   "environ", "exe",      "maps",
        "mem",    "mountinfo", "net/tcp", "net/tcp6", "pagemap",
        "stat",   "statm",     "status",  "syscall",  "uid_map",
    };
    const struct snug_text whole = snug_text_of(path);
    if (snug_text_starts(whole, machine))
        return !has_way_up(whole);
    if (!snug_text_starts(whole, own))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (snug_text_equals(snug_text_of(path + sizeof own - 1), names[i]))
            return true;
    return false;
}

/* `/proc/PID`, and what follows. */
static int put_name(int pid, const char *rest, char *ret)
{
    struct snug_builder out = snug_text_build(ret, PATH_BYTES);
    snug_text_put(&out, "/proc/");
    snug_text_put_u64(&out, (uint64_t)pid);
    snug_text_put(&out, "/");
    snug_text_put(&out, rest);
    return out.is_full ? -ENAMETOOLONG : 0;
}

int snug_root_enter(int pid)
{
    char path[PATH_BYTES];
    const int r = put_name(pid, "root", path);
    return r < 0 ? r
                 : snug_file_lift(
                       snug_sys_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

long snug_root_open_theirs(const struct snug_root *root, int top, const char *path)
{
    const int r = root->owners ? judge_links(top, path, root->owners) : 0;
    return r < 0 ? r : open_from(top, path);
}

/* `/proc/self/status` as seen from here is `/proc/PID/status` for another process. All but
 * the kernel's is looked up in that process's own mount namespace, by `/proc/PID/root`, and
 * is what somebody else has made. */
static long open_of_process(const struct snug_root *root, const char *path)
{
    const bool is_kernels = snug_root_is_kernels(path);
    if (is_kernels && snug_text_starts(snug_text_of(path), machine))
        return snug_sys_openat(AT_FDCWD, path, SNUG_FILE_OPEN_FLAGS);
    if (!is_kernels) {
        __attribute__((cleanup(snug_file_close))) const int top =
            snug_root_enter(root->pid);
        return top < 0 ? top : snug_root_open_theirs(root, top, path);
    }
    char buffer[PATH_BYTES];
    const int r = put_name(root->pid, path + sizeof own - 1, buffer);
    return r < 0 ? r : snug_sys_openat(AT_FDCWD, buffer, SNUG_FILE_OPEN_FLAGS);
}

static long open_below(const struct snug_root *root, const char *path)
{
    return open_from(root->fd, path);
}

struct snug_root snug_root_below(int fd)
{
    return (struct snug_root){.fd = fd, .open = open_below};
}

struct snug_root snug_root_of_process(int pid)
{
    return (struct snug_root){.fd = -1, .pid = pid, .open = open_of_process};
}

/* The number of the namespace's user 0: `0 100000 65536`. Without such a file the kernel
 * has no user namespaces. */
static uint32_t find_superuser(const struct snug_root *process)
{
    char text[PATH_BYTES];
    size_t n;
    const int r = snug_file_read(process, "/proc/self/uid_map", sizeof text, text, &n);
    if (r < 0)
        return r == -ENOENT ? 0 : (uint32_t)SNUG_ROOT_NOBODY;
    struct snug_text rest = {text, n};
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line)) {
        struct snug_text inside;
        struct snug_text outside;
        uint64_t ret;
        if (snug_text_cut_word(&line, &inside) && snug_text_equals(inside, "0") &&
            snug_text_cut_word(&line, &outside) && snug_text_u64(outside, &ret) == 0)
            return (uint32_t)ret;
    }
    return (uint32_t)SNUG_ROOT_NOBODY;
}

/* `Uid:\t0\t1000\t0\t0`: the second is the effective one. */
static uint32_t find_user(const struct snug_root *process)
{
    char text[PATH_BYTES];
    size_t n;
    if (snug_file_read(process, "/proc/self/status", sizeof text, text, &n) < 0)
        return (uint32_t)SNUG_ROOT_NOBODY;
    struct snug_text rest = {text, n};
    struct snug_text line;
    while (snug_text_cut(&rest, '\n', &line)) {
        struct snug_text word;
        uint64_t ret;
        if (snug_text_starts(line, "Uid:") && snug_text_cut_word(&line, &word) &&
            snug_text_cut_word(&line, &word) && snug_text_cut_word(&line, &word) &&
            snug_text_u64(word, &ret) == 0)
            return (uint32_t)ret;
    }
    return (uint32_t)SNUG_ROOT_NOBODY;
}

struct snug_owners snug_root_owners(const struct snug_root *process)
{
    return (struct snug_owners){find_superuser(process), find_user(process)};
}
