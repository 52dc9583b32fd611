/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /proc/self/cgroup, and what becomes of its paths below the mounts.
 */
#include <errno.h>

#include "snug/facts/cgroup.h"

enum { LINE_BYTES = 4096 };

/* The process's own cgroup in each hierarchy; {NULL, 0} if there is no line for it. */
struct own_paths {
    struct snug_text path[SNUG_N_HIERARCHIES];
    char bytes[SNUG_N_HIERARCHIES][SNUG_PATH_BYTES];
    bool is_too_long[SNUG_N_HIERARCHIES];
    bool has_long_line; /* Some line was longer than the buffer, nobody knows which. */
};

/* `5:cpu,cpuacct:/docker/5f0` and `0::/system.slice/a.service`. Only the first two colons
 * separate: paths of containerd have colons of their own. */
int snug_cgroup_parse(struct snug_text line, struct snug_cgroup_line *ret)
{
    struct snug_text rest = line;
    struct snug_text number;
    struct snug_text controllers;
    uint64_t hierarchy;
    if (!snug_text_cut(&rest, ':', &number) || !snug_text_cut(&rest, ':', &controllers) ||
        snug_text_u64(number, &hierarchy) < 0 || !snug_text_starts(rest, "/"))
        return -EINVAL;
    *ret = (struct snug_cgroup_line){
        .controllers = controllers,
        .path = rest,
        .is_unified = hierarchy == 0 && !controllers.n,
    };
    return 0;
}

static void set_path(struct own_paths *own, enum snug_hierarchy hierarchy,
                     struct snug_text path)
{
    char *bytes = own->bytes[hierarchy];
    if (own->path[hierarchy].at || own->is_too_long[hierarchy])
        return;
    own->is_too_long[hierarchy] = snug_text_copy(path, SNUG_PATH_BYTES, bytes) < 0;
    if (!own->is_too_long[hierarchy])
        own->path[hierarchy] = (struct snug_text){bytes, path.n};
}

static void take_line(struct snug_text text, struct own_paths *own)
{
    struct snug_cgroup_line line;
    if (snug_cgroup_parse(text, &line) < 0)
        return;
    if (line.is_unified)
        set_path(own, SNUG_HIERARCHY_UNIFIED, line.path);

    struct snug_text controller;
    while (snug_text_cut(&line.controllers, ',', &controller)) {
        if (snug_text_equals(controller, "cpu"))
            set_path(own, SNUG_HIERARCHY_CPU, line.path);
        if (snug_text_equals(controller, "memory"))
            set_path(own, SNUG_HIERARCHY_MEMORY, line.path);
    }
}

static int read_paths(const struct snug_root *root, struct own_paths *own)
{
    own->has_long_line = false;
    for (int i = 0; i < SNUG_N_HIERARCHIES; i++) {
        own->path[i] = (struct snug_text){0};
        own->is_too_long[i] = false;
    }
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/cgroup");
    if (fd < 0)
        return fd;

    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text text;
    int r;
    while ((r = snug_file_next_line(&lines, &text)) > 0 || r == -EFBIG) {
        own->has_long_line = own->has_long_line || r < 0;
        if (r > 0)
            take_line(text, own);
    }
    return 0;
}

/* A mount point and, if the cgroup is there, the way down to it. */
static struct snug_cgroup place(const struct own_paths *own, enum snug_hierarchy hierarchy,
                                const struct snug_mount *mount)
{
    struct snug_cgroup ret = {
        .is_v2 = hierarchy == SNUG_HIERARCHY_UNIFIED,
        .is_mounted_whole = snug_text_equals(snug_text_of(mount->root), "/"),
    };
    if (own->is_too_long[hierarchy] || mount->view == SNUG_VIEW_TOO_LONG)
        ret.why = SNUG_WHY_TOO_LONG;
    else if (mount->view == SNUG_VIEW_NOT_MOUNTED)
        ret.why = SNUG_WHY_NOT_MOUNTED;
    else if (mount->view != SNUG_VIEW_OWN)
        ret.why = SNUG_WHY_NOT_VISIBLE;
    if (mount->view < SNUG_VIEW_ABOVE)
        return ret;

    struct snug_builder out = snug_text_build(ret.directory, sizeof ret.directory);
    snug_text_put(&out, mount->point);
    ret.n_top = out.n;
    struct snug_text below = {0};
    if (mount->view == SNUG_VIEW_OWN)
        (void)snug_mounts_view(snug_text_of(mount->root), own->path[hierarchy], &below);
    snug_text_put_slice(&out, below);
    if (out.is_full)
        ret.why = SNUG_WHY_TOO_LONG;
    ret.has_directory = !out.is_full;
    return ret;
}

/* A line of version 1 says that the controller lives there. If it is not mounted, version 2
 * may still have it: the line can be a leftover. Only then a file tells. */
static struct snug_cgroup find(const struct own_paths *own,
                               const struct snug_mount mount[SNUG_N_HIERARCHIES],
                               enum snug_hierarchy controller)
{
    const enum snug_hierarchy unified = SNUG_HIERARCHY_UNIFIED;
    const bool has_line = own->path[controller].at || own->is_too_long[controller];
    const bool has_unified_line = own->path[unified].at || own->is_too_long[unified];
    if (has_line && mount[controller].view != SNUG_VIEW_NOT_MOUNTED)
        return place(own, controller, &mount[controller]);

    struct snug_cgroup ret = place(own, unified, &mount[unified]);
    if (has_line)
        ret.if_no_file = SNUG_WHY_NOT_MOUNTED;
    if (has_line && !ret.has_directory)
        ret.why = SNUG_WHY_NOT_MOUNTED;
    else if (!has_line && !has_unified_line)
        ret.why = own->has_long_line ? SNUG_WHY_TOO_LONG : SNUG_WHY_NO_CONTROLLER;
    return ret;
}

void snug_cgroup_find(const struct snug_root *root, struct snug_cgroup *ret_cpu,
                      struct snug_cgroup *ret_memory)
{
    struct own_paths own;
    struct snug_mount mount[SNUG_N_HIERARCHIES];
    if (read_paths(root, &own) < 0 || snug_mounts_read(root, own.path, mount) < 0) {
        *ret_cpu = *ret_memory = (struct snug_cgroup){.why = SNUG_WHY_NO_PROC};
        return;
    }
    *ret_cpu = find(&own, mount, SNUG_HIERARCHY_CPU);
    *ret_memory = find(&own, mount, SNUG_HIERARCHY_MEMORY);
}

bool snug_cgroup_go_up(struct snug_cgroup *cgroup)
{
    size_t n = snug_text_of(cgroup->directory).n;
    if (n <= cgroup->n_top)
        return false;
    while (n > cgroup->n_top && cgroup->directory[n - 1] != '/')
        n--;
    while (n > cgroup->n_top && cgroup->directory[n - 1] == '/')
        n--;
    cgroup->directory[n] = 0;
    return true;
}

int snug_cgroup_file(const struct snug_cgroup *cgroup, const char *name, size_t size,
                     char *ret)
{
    struct snug_builder out = snug_text_build(ret, size);
    snug_text_put(&out, cgroup->directory);
    snug_text_put(&out, "/");
    snug_text_put(&out, name);
    return out.is_full ? -ENAMETOOLONG : 0;
}

bool snug_cgroup_exists(const struct snug_root *root, const struct snug_cgroup *cgroup)
{
    char path[SNUG_PATH_BYTES];
    if (snug_cgroup_file(cgroup, ".", sizeof path, path) < 0)
        return false;
    __attribute__((cleanup(snug_file_close))) const int fd = snug_file_open(root, path);
    return fd >= 0;
}
