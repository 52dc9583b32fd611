/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of cgroups. Each controller of version 1 has a tree of its own, with other
 * directories than the next.
 */
#include "snug/cli/subject/groups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "snug/base/sys.h"
#include "snug/cli/subject/descent.h"

enum { LINE_BYTES = SNUG_PATH_BYTES + 256 };

static bool has_controller(struct snug_text list, const char *name)
{
    struct snug_text controller;
    while (snug_text_cut(&list, ',', &controller))
        if (snug_text_equals(controller, name))
            return true;
    return false;
}

static void take_line(const struct snug_cgroup_line *line, const char *controller,
                      bool is_v2, char *ret)
{
    if (is_v2 ? line->is_unified : has_controller(line->controllers, controller))
        (void)snug_text_copy(line->path, SNUG_DIRECTORY_BYTES, ret); /* Or it is "". */
}

void snug_groups_read(const struct snug_root *root, struct snug_groups *ret)
{
    *ret = (struct snug_groups){0};
    snug_cgroup_find(root, &ret->cpu, &ret->memory);
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/cgroup");
    if (fd < 0)
        return;
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text text;
    int r;
    while ((r = snug_file_next_line(&lines, &text)) > 0 || r == -EFBIG) {
        struct snug_cgroup_line line;
        if (r < 0 || snug_cgroup_parse(text, &line) < 0)
            continue;
        take_line(&line, "cpu", ret->cpu.is_v2, ret->cpu_path);
        take_line(&line, "memory", ret->memory.is_v2, ret->memory_path);
    }
}

bool snug_groups_find_path(const struct snug_root *root, const char *process, char *ret)
{
    char name[64];
    char buffer[LINE_BYTES];
    struct snug_text text;
    (void)snprintf(name, sizeof name, "/proc/%s/cgroup", process);
    __attribute__((cleanup(snug_file_close))) const int fd = snug_file_open(root, name);
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    ret[0] = 0;
    while (fd >= 0 && snug_file_next_line(&lines, &text) > 0) {
        struct snug_cgroup_line line;
        const bool is_good = snug_cgroup_parse(text, &line) == 0;
        if (is_good && (line.is_unified || has_controller(line.controllers, "memory")) &&
            (!ret[0] || strcmp(ret, "/") == 0))
            (void)snug_text_copy(line.path, SNUG_PATH_BYTES, ret); /* Or it is "". */
    }
    return ret[0];
}

static struct snug_text without_slashes(const char *path)
{
    struct snug_text ret = snug_text_of(path);
    while (ret.n && ret.at[ret.n - 1] == '/')
        ret.n--;
    return ret;
}

/* What stands behind the first `n` bytes of `start`; absent if `path` is not below that. */
static struct snug_text behind(struct snug_text path, const char *start, size_t n)
{
    if (path.n < n || memcmp(path.at, start, n) != 0 || (path.n > n && path.at[n] != '/'))
        return (struct snug_text){0};
    return (struct snug_text){path.at + n, path.n - n};
}

/* How much of the own path has no name below the mount point. In a container without a
 * cgroup namespace all of it: the container's cgroup is what is mounted there. */
static size_t n_above_mount(const struct snug_cgroup *at, const char *own_path)
{
    const size_t n = without_slashes(own_path).n;
    const size_t n_below = at->n - at->n_top;
    return at->why == SNUG_WHY_NOTHING && n > n_below ? n - n_below : 0;
}

/* To what lies `name` below the mount point, or, if it is a path, has that path. The
 * caller's own path becomes that one's. */
static void go_to(struct snug_cgroup *at, struct snug_text name, bool is_path, char *path)
{
    const size_t n_above = n_above_mount(at, path);
    /* "/" is always the highest that can be seen. */
    const struct snug_text down = is_path && name.n ? behind(name, path, n_above) : name;
    struct snug_builder directory = {at->directory, sizeof at->directory, at->n_top, false};
    struct snug_builder whole = {path, SNUG_DIRECTORY_BYTES, n_above, false};
    at->has_directory = at->has_directory && down.at;
    if (!at->has_directory)
        return;
    snug_text_put_slice(&directory, down);
    at->n = directory.n;
    at->why = SNUG_WHY_NOTHING;
    at->has_directory = !directory.is_full && snug_cgroup_exists(&snug_file_live, at);
    snug_text_put_slice(&whole, n_above || down.n ? down : snug_text_of("/"));
    if (whole.is_full)
        *path = 0;
}

int snug_groups_open(const char *name, struct snug_groups *ret)
{
    const struct snug_text given = without_slashes(name);
    snug_groups_read(&snug_file_live, ret);
    struct snug_text down = {0};
    if (ret->memory.n_top)
        down = behind(given, ret->memory.directory, ret->memory.n_top);
    if (!down.at && ret->cpu.n_top)
        down = behind(given, ret->cpu.directory, ret->cpu.n_top);
    const bool is_path = !down.at;
    if (is_path)
        down = given;
    if (!name[0] || (down.n && down.at[0] != '/'))
        return -ENOENT;
    go_to(&ret->cpu, down, is_path, ret->cpu_path);
    go_to(&ret->memory, down, is_path, ret->memory_path);
    return ret->cpu.has_directory || ret->memory.has_directory ? 0 : -ENOENT;
}

void snug_groups_put_path(const struct snug_groups *groups, const struct snug_cgroup *at,
                          size_t n_own, char *ret)
{
    struct snug_text path =
        snug_text_of(at == &groups->cpu ? groups->cpu_path : groups->memory_path);
    const struct snug_text directory = {at->directory, at->n};
    for (size_t i = at->n; path.n && i < n_own; i++) {
        if (at->directory[i] != '/')
            continue;
        while (path.n && path.at[path.n - 1] != '/')
            path.n--;
        path.n -= path.n > 0;
    }
    /* What is seen in place of the own cgroup is further up by nobody knows how much. */
    if (!path.at[0] || at->why != SNUG_WHY_NOTHING)
        path = directory;
    else if (!path.n)
        path = snug_text_of("/");
    (void)snug_text_copy(path, SNUG_DIRECTORY_BYTES, ret); /* It has the same size. */
}

struct walk {
    void (*call)(int, void *);
    void *context;
};

/* -errno where they cannot be read. */
static int read_processes(const struct walk *walk, int directory)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_lift(snug_sys_openat(directory, "cgroup.procs", SNUG_FILE_OPEN_FLAGS));
    char buffer[256];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r = fd;
    while (r >= 0 && (r = snug_file_next_line(&lines, &line)) > 0) {
        uint64_t pid;
        /* 0 is one of another namespace, which has no number here. */
        if (snug_text_u64(line, &pid) == 0 && pid && pid <= INT_MAX)
            walk->call((int)pid, walk->context);
    }
    return r == -EOPNOTSUPP ? 0 : r; /* A cgroup of threads has no processes to tell. */
}

/* What is below may be gone by now, and then has nothing to tell. */
static void read_below(int directory, void *walk)
{
    (void)read_processes(walk, directory);
}

int snug_groups_each_process(struct snug_groups *groups, void (*call)(int, void *),
                             void *context)
{
    struct snug_cgroup *at = groups->memory.has_directory ? &groups->memory : &groups->cpu;
    struct walk walk = {call, context};
    at->directory[at->n] = 0;
    __attribute__((cleanup(snug_file_close))) const int fd =
        open(at->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    const int r_own = read_processes(&walk, fd);
    const int r_below = snug_descent_each(fd, read_below, &walk);
    return r_own < 0 ? r_own : r_below;
}
