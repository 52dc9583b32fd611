/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Root may open everything, and a process names what it likes in its variables. What
 * surprises: the rights are those of the time when the process was first looked at. Were
 * they read at the open, it could name a file and then start a set-user-id program.
 */
#include "snug/cli/subject/rights.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "snug/base/root.h"
#include "snug/cli/subject/process.h"

enum {
    LINE_BYTES = 4096,
    GROUPS_MAX = 512,
    FILE_ID = 4, /* Of `Uid:` and `Gid:`: real, effective, saved, and that for files. */
    AUXV_PAIRS_MAX = 128,
    OVERFLOW_ID = 65534,
    PROC_ROOT_INODE = 1,
    WORD_BITS = 32,
};

struct rights {
    uid_t user;
    gid_t group;
    uint64_t capabilities; /* That are effective, and mean something here. */
    size_t n;
    gid_t others[GROUPS_MAX];
};

static struct {
    int pid; /* 0: nobody's. */
    int error;
    bool is_secure;
    struct rights rights; /* As /proc has them, also of a set-user-id program. */
    int top; /* The root directory that it had then; 0: it is entered for each file. */
} taken;

/* What this process is meanwhile not. */
struct own {
    uid_t user;
    gid_t group;
    int n_groups; /* Of `own_groups`. */
    bool has_other_groups;
    struct __user_cap_data_struct capabilities[_LINUX_CAPABILITY_U32S_3];
};
static gid_t own_groups[NGROUPS_MAX];

/* The numbers of a line of /proc/PID/status. */
static size_t read_numbers(struct snug_text line, size_t n_max, gid_t *ret)
{
    size_t n = 0;
    uint64_t number;
    struct snug_text word;
    while (n < n_max && snug_text_cut_word(&line, &word))
        if (snug_text_u64(word, &number) == 0)
            ret[n++] = (gid_t)number;
    return n;
}

/* Returns how many of the three that are needed the line has told. */
static unsigned take_line(struct snug_text line, struct rights *ret)
{
    gid_t ids[FILE_ID];
    struct snug_text key;
    if (!snug_text_cut(&line, ':', &key) || !line.at)
        return 0;
    if (snug_text_equals(key, "Groups"))
        ret->n = read_numbers(line, GROUPS_MAX, ret->others);
    if (snug_text_equals(key, "CapEff"))
        return snug_text_hex(snug_text_trim(line), &ret->capabilities) == 0;
    const bool is_user = snug_text_equals(key, "Uid");
    if ((!is_user && !snug_text_equals(key, "Gid")) ||
        read_numbers(line, FILE_ID, ids) < FILE_ID)
        return 0;
    *(is_user ? &ret->user : &ret->group) = ids[FILE_ID - 1];
    return 1;
}

/* Groups that are too many to read, or not told, it has none of. */
static int read_rights(const struct snug_root *process, struct rights *ret)
{
    enum { NEEDED = 3 };
    memset(ret, 0, sizeof *ret);
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(process, "/proc/self/status");
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    unsigned n = 0;
    int r = fd;
    while (r >= 0 && ((r = snug_file_next_line(&lines, &line)) > 0 || r == -EFBIG)) {
        n += r > 0 ? take_line(line, ret) : 0;
        r = 0;
    }
    return r < 0 ? r : n == NEEDED ? 0 : -EACCES;
}

/* As the kernel has told the process; the copy on its stack is the process's to change. */
static bool is_secure(int pid)
{
    Elf64_auxv_t pair[AUXV_PAIRS_MAX];
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/%d/auxv", pid);
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&snug_file_live, path);
    const ssize_t n = fd < 0 ? 0 : read(fd, pair, sizeof pair);
    for (size_t i = 0; n > 0 && i < (size_t)n / sizeof *pair && pair[i].a_type; i++)
        if (pair[i].a_type == AT_SECURE)
            return pair[i].a_un.a_val;
    return true; /* A program of 32 bits has another one. */
}

void snug_rights_take(int pid)
{
    const struct snug_root process = snug_root_of_process(pid);
    if (taken.top)
        (void)close(taken.top); /* Nothing was written. */
    taken.top = 0;
    taken.pid = pid;
    taken.error = read_rights(&process, &taken.rights);
    taken.is_secure = is_secure(pid);
    if (!snug_process_shares(pid, "user"))
        taken.rights.capabilities = 0;
}

/* Whoever has the number now must be who it was: 0, or -errno. */
static int prove(const struct snug_root *process)
{
    static struct rights now;
    int r = taken.error;
    if (r == 0)
        r = read_rights(process, &now);
    if (r < 0)
        return r;
    now.capabilities = taken.rights.capabilities;
    return memcmp(&now, &taken.rights, sizeof now) == 0 ? 0 : -EACCES;
}

void snug_rights_hold(int pid)
{
    const struct snug_root process = snug_root_of_process(pid);
    snug_rights_take(pid);
    const int top = snug_root_enter(pid);
    if (top >= 0 && prove(&process) == 0)
        taken.top = top;
    else
        snug_file_close(&top);
}

/* The root directory, and the rights to open with there. Those that are held are of one
 * time: what the process has become since does not matter. */
static int enter(const struct snug_root *process, const struct rights **ret_rights)
{
    static const struct rights nobody = {.user = OVERFLOW_ID, .group = OVERFLOW_ID};
    if (taken.pid != process->pid)
        snug_rights_take(process->pid);
    const int top = taken.top ? taken.top : snug_root_enter(process->pid);
    const int r = top < 0 ? top : taken.top ? 0 : prove(process);
    *ret_rights = taken.is_secure ? &nobody : &taken.rights;
    if (r < 0)
        snug_file_close(&top);
    return r < 0 ? r : top;
}

static struct __user_cap_header_struct of_this = {.version = _LINUX_CAPABILITY_VERSION_3};

/* Leaves of the effective capabilities those of the mask. Where they outlive setfsuid, by
 * SECBIT_NO_SETUID_FIXUP or since the caller is not root, they are given up here. */
static int keep_capabilities(const struct own *own, uint64_t mask)
{
    struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3] = {{0}};
    struct __user_cap_data_struct new[_LINUX_CAPABILITY_U32S_3];
    if (capget(&of_this, now) < 0)
        return -errno;
    memcpy(new, now, sizeof new);
    for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        new[i].effective =
            own->capabilities[i].effective &(uint32_t)(mask >> (i * WORD_BITS));
    const bool is_new = memcmp(new, now, sizeof new) != 0;
    return is_new && capset(&of_this, new) < 0 ? -errno : 0;
}

static bool has_groups(const struct rights *rights, const struct own *own)
{
    return rights->n == (size_t)own->n_groups &&
           memcmp(rights->others, own_groups, rights->n * sizeof *own_groups) == 0;
}

static int read_own(struct own *ret)
{
    *ret = (struct own){.n_groups = getgroups(NGROUPS_MAX, own_groups)};
    return ret->n_groups < 0 || capget(&of_this, ret->capabilities) < 0 ? -errno : 0;
}

/* Who may not change them, and stays the same user, keeps the groups of his own. */
static int take_on(const struct rights *rights, struct own *own)
{
    const bool has_same = has_groups(rights, own);
    own->has_other_groups = !has_same && setgroups(rights->n, rights->others) == 0;
    own->group = (gid_t)setfsgid(rights->group);
    own->user = (uid_t)setfsuid(rights->user);
    /* What it cannot be changed to is what it was. */
    const bool is_user = (uid_t)setfsuid((uid_t)-1) == rights->user;
    const bool is_group = (gid_t)setfsgid((gid_t)-1) == rights->group;
    const bool has_all = is_group && (has_same || own->has_other_groups);
    return is_user && (own->user == rights->user || has_all)
               ? keep_capabilities(own, rights->capabilities)
               : -EACCES;
}

static int put_back(const struct own *own)
{
    int r = keep_capabilities(own, UINT64_MAX);
    (void)setfsuid(own->user); /* These were ours. */
    (void)setfsgid(own->group);
    if (r == 0 && own->has_other_groups && setgroups((size_t)own->n_groups, own_groups) < 0)
        r = -errno;
    /* To become root again has made more of them effective. */
    return r < 0 ? r : keep_capabilities(own, UINT64_MAX);
}

static bool is_of_proc(int fd)
{
    struct statfs system;
    return fstatfs(fd, &system) < 0 || system.f_type == PROC_SUPER_MAGIC;
}

static const char proc[] = "/proc/";

bool snug_rights_is_asked(const char *path)
{
    static const char *const whole[] = {"/proc", "/proc/meminfo", "/proc/version",
                                        "/proc/pressure/cpu"};
    static const char *const names[] = {"cgroup", "stat", "status", "syscall"};
    struct snug_text rest = snug_text_of(path);
    struct snug_text part;
    uint64_t pid;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (snug_text_equals(rest, whole[i]))
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

static long open_proc(const struct snug_root *root)
{
    struct stat status;
    const bool is_held = taken.top && taken.pid == root->pid;
    const int fd = is_held ? snug_file_lift(snug_root_open_theirs(root, taken.top, "/proc"))
                           : snug_file_open(root, "/proc");
    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_ino == PROC_ROOT_INODE &&
        is_of_proc(fd))
        return fd;
    snug_file_close(&fd);
    return -EXDEV;
}

/* With the rights of this process, which sees more of /proc than others do, if the file is
 * the one that the kernel has there: nothing is mounted over it. -EXDEV if it is not. */
static long open_asked(const struct snug_root *root, const char *path)
{
    if (strlen(path) < sizeof proc)
        return open_proc(root);
    __attribute__((cleanup(snug_file_close))) const int top = (int)open_proc(root);
    const struct open_how how = {
        .flags = SNUG_FILE_OPEN_FLAGS,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS,
    };
    const long fd =
        top < 0 ? -1 : syscall(SYS_openat2, top, path + sizeof proc - 1, &how, sizeof how);
    return fd >= 0 ? fd : top >= 0 && (errno == ENOENT || errno == ESRCH) ? -errno : -EXDEV;
}

static long open_as_process(const struct snug_root *process, const char *path)
{
    const struct rights *rights;
    struct own own;
    const int top = enter(process, &rights);
    if (top < 0)
        return top;
    int r = read_own(&own);
    const bool has_own = r == 0;
    if (has_own)
        r = take_on(rights, &own);
    const long ret = r < 0 ? r : snug_root_open_theirs(process, top, path);
    if (has_own)
        r = put_back(&own);
    if (top != taken.top)
        snug_file_close(&top);
    if (ret < 0 || (r == 0 && (!is_of_proc((int)ret) ||
                               (!process->owners && snug_rights_is_asked(path)))))
        return ret;
    (void)close((int)ret); /* Only opened. */
    return r < 0 ? r : -EACCES;
}

/* What is asked for with owners is what the process, or nobody, has named: not what snug
 * itself reads of the kernel. */
static long open_theirs(const struct snug_root *root, const char *path)
{
    struct snug_root process = snug_root_of_process(root->pid);
    if (!root->owners && snug_root_is_kernels(path))
        return snug_file_open(&process, path);
    if (!root->owners && snug_rights_is_asked(path)) {
        const long fd = open_asked(&process, path);
        if (fd != -EXDEV)
            return fd;
    }
    process.owners = root->owners;
    return open_as_process(&process, path);
}

struct snug_root snug_rights_root(int pid)
{
    return (struct snug_root){.fd = -1, .pid = pid, .open = open_theirs};
}
