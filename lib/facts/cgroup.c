/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /proc/self/cgroup, and what becomes of its paths below the mounts.
 */
#include <errno.h>

#include "snug/facts/cgroup.h"

enum { LINE_BYTES = SNUG_PATH_BYTES + 256 };

/* The process's own cgroup in each hierarchy; {NULL, 0} if there is no line for it. */
struct own_paths {
    struct snug_text path[SNUG_N_HIERARCHIES];
    char bytes[2 * SNUG_PATH_BYTES]; /* Of all paths, one after the other. */
    size_t n_bytes;
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
    char *bytes = own->bytes + own->n_bytes;
    const size_t room = sizeof own->bytes - own->n_bytes;
    if (own->path[hierarchy].at || own->is_too_long[hierarchy])
        return;
    own->is_too_long[hierarchy] =
        path.n >= SNUG_PATH_BYTES || snug_text_copy(path, room, bytes) < 0;
    if (own->is_too_long[hierarchy])
        return;
    own->path[hierarchy] = (struct snug_text){bytes, path.n};
    own->n_bytes += path.n;
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
    own->n_bytes = 0;
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
    lines.is_in_one_piece =
        true; /* mountinfo is not: a read ends before what does not fit. */
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
static void place(const struct own_paths *own, enum snug_hierarchy hierarchy,
                  const struct snug_mount *mount, struct snug_cgroup *ret)
{
    ret->why = SNUG_WHY_NOTHING;
    ret->if_no_file = SNUG_WHY_NOTHING;
    ret->is_v2 = hierarchy == SNUG_HIERARCHY_UNIFIED;
    ret->is_mounted_whole = mount->view > SNUG_VIEW_TOO_LONG && !mount->depth;
    ret->has_directory = mount->view >= SNUG_VIEW_ABOVE;
    ret->misleads_go = mount->misleads_go;
    if (own->is_too_long[hierarchy] || mount->view == SNUG_VIEW_TOO_LONG)
        ret->why = SNUG_WHY_TOO_LONG;
    else if (mount->view == SNUG_VIEW_NOT_MOUNTED)
        ret->why = SNUG_WHY_NOT_MOUNTED;
    else if (mount->view != SNUG_VIEW_OWN)
        ret->why = SNUG_WHY_NOT_VISIBLE;

    struct snug_builder out = snug_text_build(ret->directory, SNUG_DIRECTORY_BYTES);
    if (ret->has_directory)
        snug_text_put(&out, mount->point);
    ret->n_top = out.n;
    if (ret->has_directory)
        snug_text_put_slice(&out, mount->below);
    ret->n = out.n;
}

/* A line of version 1 says that the controller lives there. If it is not mounted, version 2
 * may still have it: the line can be a leftover. Only then a file tells. */
static void find(const struct own_paths *own,
                 const struct snug_mount mount[SNUG_N_HIERARCHIES],
                 enum snug_hierarchy controller, struct snug_cgroup *ret)
{
    const enum snug_hierarchy unified = SNUG_HIERARCHY_UNIFIED;
    const bool has_line = own->path[controller].at || own->is_too_long[controller];
    const bool has_unified_line = own->path[unified].at || own->is_too_long[unified];
    if (has_line && mount[controller].view != SNUG_VIEW_NOT_MOUNTED) {
        place(own, controller, &mount[controller], ret);
        return;
    }
    place(own, unified, &mount[unified], ret);
    if (has_line)
        ret->if_no_file = SNUG_WHY_NOT_MOUNTED;
    if (has_line && !ret->has_directory)
        ret->why = SNUG_WHY_NOT_MOUNTED;
    else if (!has_line && !has_unified_line)
        ret->why = own->has_long_line ? SNUG_WHY_TOO_LONG : SNUG_WHY_NO_CONTROLLER;
}

/* A mount may be hidden in ways that no single line tells, or not be readable. Where there
 * are others, one is taken that has the own cgroup's directory, if any has. */
static void prefer_readable(const struct snug_root *root, const struct own_paths *own,
                            enum snug_hierarchy hierarchy, struct snug_tried *tried,
                            struct snug_mount mount[SNUG_N_HIERARCHIES],
                            struct snug_cgroup *scratch)
{
    struct snug_mount other[SNUG_N_HIERARCHIES];
    bool is_stated;
    const struct snug_mount *at = &mount[hierarchy];
    while (at->view == SNUG_VIEW_OWN && mount[hierarchy].n_seen > 1) {
        place(own, hierarchy, at, scratch);
        if (snug_cgroup_exists(root, scratch)) {
            mount[hierarchy] = *at;
            return;
        }
        if (!snug_mounts_pass_over(tried, at->id) ||
            snug_mounts_read(root, own->path, tried, other, &is_stated) < 0)
            return;
        at = &other[hierarchy];
    }
}

void snug_cgroup_find(const struct snug_root *root, struct snug_cgroup *ret_cpu,
                      struct snug_cgroup *ret_memory)
{
    struct own_paths own;
    struct snug_mount mount[SNUG_N_HIERARCHIES];
    struct snug_tried tried = {0};
    bool is_stated;
    if (read_paths(root, &own) < 0 ||
        snug_mounts_read(root, own.path, &tried, mount, &is_stated) < 0) {
        *ret_cpu = *ret_memory = (struct snug_cgroup){.why = SNUG_WHY_NO_PROC};
        return;
    }
    for (enum snug_hierarchy i = 0; i < SNUG_N_HIERARCHIES; i++)
        prefer_readable(root, &own, i, &tried, mount, ret_cpu);
    find(&own, mount, SNUG_HIERARCHY_CPU, ret_cpu);
    find(&own, mount, SNUG_HIERARCHY_MEMORY, ret_memory);
    ret_memory->is_stated = is_stated;
}

bool snug_cgroup_go_up(struct snug_cgroup *cgroup)
{
    size_t n = cgroup->n;
    if (n <= cgroup->n_top)
        return false;
    while (n > cgroup->n_top && cgroup->directory[n - 1] != '/')
        n--;
    while (n > cgroup->n_top && cgroup->directory[n - 1] == '/')
        n--;
    cgroup->n = n;
    return true;
}

const char *snug_cgroup_file(struct snug_cgroup *cgroup, const char *name)
{
    struct snug_builder out = {cgroup->directory, sizeof cgroup->directory, cgroup->n,
                               false};
    snug_text_put(&out, "/");
    snug_text_put(&out, name);
    return cgroup->directory;
}

bool snug_cgroup_exists(const struct snug_root *root, struct snug_cgroup *cgroup)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, snug_cgroup_file(cgroup, "."));
    return fd >= 0;
}
