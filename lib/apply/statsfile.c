/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The page that others read. What surprises: it must lie in memory. The hooks write to it,
 * and on a disk each write could wait for the disk, or find it full and end in SIGBUS. In a
 * tmpfs the bytes written here stay for good, unless somebody cuts the file short: so it is
 * read-only for everybody, and is never opened for writing a second time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "snug/apply/identity.h"
#include "snug/apply/statsfile.h"
#include "snug/base/file.h"
#include "snug/base/sys.h"
#include "snug/policy/policy.h"
#include "snug/stats/counters.h"

enum {
    PATH_BYTES = 1024,
    NAME_BYTES = 256,
    MODE = 0444,
    ID_DIGITS_MAX = 7,
    LISTS_MAX = 16,
    LIST_BYTES = 4096, /* About a hundred names. */
};

_Static_assert(SNUG_TEXT_VALUE_BYTES / 2 * ID_DIGITS_MAX < PATH_BYTES,
               "a pattern of nothing but %p has room");

static const int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

static void expand(struct snug_builder *out, const char *pattern, int pid)
{
    for (; *pattern; pattern++) {
        const bool is_id = pattern[0] == '%' && pattern[1] == 'p';
        if (is_id)
            snug_text_put_u64(out, (uint64_t)pid);
        else
            snug_text_put_slice(out, (struct snug_text){pattern, 1});
        if (is_id || (pattern[0] == '%' && pattern[1] == '%'))
            pattern++;
    }
}

/* Whether it is a page that a process of this user's made; if so, its head. */
static bool is_page(int fd, struct snug_counters_head *ret)
{
    struct stat status;
    return fd >= 0 && snug_sys_fstat(fd, &status) == 0 &&
           (status.st_mode & ~(mode_t)MODE) == S_IFREG &&
           status.st_uid == snug_sys_geteuid() &&
           snug_sys_read(fd, ret, sizeof *ret) == sizeof *ret &&
           ret->magic == SNUG_COUNTERS_MAGIC;
}

/* Whether some process counts in the page. The kernel gives a lease to read if nobody has
 * the file open for writing; who counts there has, as long as it is mapped, in whatever
 * namespace. A lease ends as the descriptor is closed. Who opens the file for writing
 * before that sends a signal, by default one that kills. `unknown` is the answer where that
 * cannot be known. */
static bool is_in_use(int fd, const struct snug_counters_head *head,
                      const struct snug_tie *self, bool unknown)
{
    const bool is_near = self->namespace && head->namespace == self->namespace;
    if (is_near && head->pid == (uint32_t)self->pid)
        return false; /* This process's own, from before it was executed. */
    (void)snug_sys_fcntl(fd, F_SETSIG, SIGURG); /* Ignored by default. */
    const long r = snug_sys_fcntl(fd, F_SETLEASE, F_RDLCK);
    if (r == 0 || r == -EAGAIN)
        return r < 0;
    /* No leases here, as in gVisor. */
    return is_near && head->start_ticks
               ? head->start_ticks == snug_identity_ticks_of((int)head->pid)
               : unknown;
}

/* Takes the name away if it is a page that this pattern made, and nobody counts there. */
static int clear(int dir, const char *name, const char *pattern,
                 const struct snug_tie *self, bool unknown)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_lift(snug_sys_openat(dir, name, O_RDONLY | flags));
    struct snug_counters_head head;
    if (fd < 0)
        return fd;
    if (!is_page(fd, &head))
        return -EEXIST;
    char made[NAME_BYTES];
    struct snug_builder out = snug_text_build(made, sizeof made);
    expand(&out, pattern, (int)head.pid);
    if (!snug_text_equals(snug_text_of(name), made))
        return -EEXIST;
    return is_in_use(fd, &head, self, unknown) ? -EBUSY : (int)snug_sys_unlinkat(dir, name);
}

/* Whether the pattern may have made the name. A file of anybody's is not opened for less:
 * it would end a lease to write that somebody has on it, and to close it gives up this
 * process's own locks. One that has a digit after the id is not told. */
static bool may_have_made(const char *pattern, const char *name)
{
    for (; *pattern; pattern++) {
        if (pattern[0] == '%' && pattern[1] == 'p') {
            pattern++;
            if (*name < '1' || *name > '9')
                return false;
            while (*name >= '0' && *name <= '9')
                name++;
            continue;
        }
        if (*name++ != *pattern)
            return false;
        pattern += pattern[0] == '%' && pattern[1] == '%';
    }
    return !*name;
}

/* Programs that start again and again, as probes do, would fill the memory with pages in
 * which nobody counts. */
static void sweep(int dir, const char *pattern, const struct snug_tie *self)
{
    if (!pattern[snug_text_find(snug_text_of(pattern), '%')])
        return;
    __attribute__((cleanup(snug_file_close))) const int list =
        snug_file_lift(snug_sys_openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < LISTS_MAX; i++) {
        _Alignas(struct dirent64) char entries[LIST_BYTES];
        const long n = snug_sys_getdents64(list, entries, sizeof entries);
        for (long at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(entries + at);
            /* To open a FIFO would be noticed. */
            if (entry->d_type == DT_REG && may_have_made(pattern, entry->d_name))
                (void)clear(dir, entry->d_name, pattern, self, true); /* Most are none. */
            at += entry->d_reclen;
        }
    }
}

static int create(int dir, const char *name)
{
    return snug_file_lift(snug_sys_create(dir, name, O_RDWR | O_EXCL | flags, MODE));
}

/* Written before it is mapped: so the file system has given the memory. */
static int fill(int fd, const struct snug_tie *self)
{
    const struct snug_counters *counters =
        snug_counters_prepare((uint32_t)self->pid, self->namespace, self->start_ticks);
    /* The kernel answers a file past this limit with a signal that ends the program. */
    struct rlimit limit;
    if (snug_sys_getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur < sizeof *counters)
        return -EFBIG;
    if (snug_sys_write(fd, counters, sizeof *counters) != sizeof *counters)
        return -ENOSPC;

    const long at =
        snug_sys_mmap(NULL, sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at < 0)
        return (int)at;
    snug_counters_move((struct snug_counters *)at);
    return 0;
}

static void keep_plan(const struct snug_plan *plan)
{
    const struct snug_cpu_plan *cpu = &plan->cpu;
    const struct snug_chosen chosen = {
        .cpus = cpu->is_presented ? cpu->count : 0,
        .gomaxprocs = cpu->sets_gomaxprocs ? cpu->count : 0,
        .go_limit_bytes = plan->memory.sets_go_limit ? plan->memory.go_limit_bytes : 0,
        .cpu_reason = cpu->reason,
        .memory_reason = plan->memory.reason,
    };
    snug_counters_set_chosen(&chosen);
}

int snug_statsfile_open(const char *pattern, const struct snug_plan *plan)
{
    keep_plan(plan);
    const struct snug_tie self = snug_identity_own(0);
    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    expand(&out, pattern, self.pid);
    char *name = path + out.n;
    while (*--name != '/')
        continue; /* It begins with one. */
    *name++ = 0;
    const char *made_by = pattern + snug_text_of(pattern).n;
    while (made_by[-1] != '/')
        made_by--;

    /* All that follows happens in one directory, whatever is renamed meanwhile. */
    __attribute__((cleanup(snug_file_close))) const int dir =
        snug_file_lift(snug_sys_openat(AT_FDCWD, path[0] ? path : "/", O_PATH | O_CLOEXEC));
    struct statfs system;
    if (dir < 0)
        return dir;
    if (snug_sys_fstatfs(dir, &system) < 0 || system.f_type != TMPFS_MAGIC)
        return -EMEDIUMTYPE;

    sweep(dir, made_by, &self);
    __attribute__((cleanup(snug_file_close))) int fd = create(dir, name);
    int r = fd == -EEXIST ? clear(dir, name, made_by, &self, false) : 0;
    if (r < 0)
        return r;
    if (fd == -EEXIST)
        fd = create(dir, name);
    if (fd < 0)
        return fd;
    r = fill(fd, &self);
    if (r < 0)
        (void)snug_sys_unlinkat(dir, name); /* What is left there is only ours. */
    return r;
}
