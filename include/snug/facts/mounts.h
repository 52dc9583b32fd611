/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where the cgroup hierarchies are mounted, and how much of the way to the process's own
 * cgroup each mount shows.
 */
#pragma once

#include "snug/facts/facts.h"

/* The hierarchies that matter. On version 1 a controller has one of its own (or shares it);
 * version 2 is the unified one. */
enum snug_hierarchy {
    SNUG_HIERARCHY_CPU,
    SNUG_HIERARCHY_MEMORY,
    SNUG_HIERARCHY_UNIFIED,
    SNUG_N_HIERARCHIES
};

/* From worse to better. */
enum snug_view {
    SNUG_VIEW_NOT_MOUNTED,
    SNUG_VIEW_TOO_LONG,  /* Mounted, at a path longer than snug's buffers. */
    SNUG_VIEW_ELSEWHERE, /* What is mounted has nothing to do with the process's cgroup. */
    SNUG_VIEW_ABOVE, /* The mount's top is an ancestor of it, but the way down has no name:
                      * it leads through the top of a cgroup namespace. */
    SNUG_VIEW_OWN,   /* The cgroup is there. */
};

enum {
    SNUG_POINT_BYTES = 1024, /* Of a mount point. */
    SNUG_TRIED_MAX = 8,
};

/* The mount of a hierarchy that shows most. */
struct snug_mount {
    enum snug_view view;
    unsigned n_seen; /* Mounts of the hierarchy, this one among them. */
    /* Go takes the first that says to show the own cgroup, and that one is hidden. */
    bool misleads_go;
    uint64_t first_id; /* That mount's; 0: there is none. */
    uint64_t id;
    uint64_t parent;
    unsigned depth; /* Names in its root: fewer show more ancestors, and 0 is the whole. */
    struct snug_text below;       /* For SNUG_VIEW_OWN: see snug_mounts_view. */
    char point[SNUG_POINT_BYTES]; /* Where it is mounted: "" for the root directory. */
};

/* Mounts that are of no use, by their ids. */
struct snug_tried {
    unsigned n;
    uint64_t id[SNUG_TRIED_MAX];
};

/* One line of mountinfo, its fields as they stand there. */
struct snug_mount_line {
    uint64_t id;
    uint64_t parent;
    struct snug_text root;
    struct snug_text point;
    struct snug_text type;
    struct snug_text options; /* The file system's own: for version 1 its controllers. */
};

/* -EINVAL if it is not such a line. */
int snug_mounts_parse(struct snug_text line, struct snug_mount_line *ret);

/* Whether lxcfs is mounted over what begins with `over`. It shows the files of /proc and
 * /sys as the container's limits have them, those included that are set above what the
 * container sees of its cgroups. */
bool snug_mounts_is_lxcfs(const struct snug_mount_line *line, const char *over);

/* Undoes mountinfo's escapes (`\040`). -ENAMETOOLONG if the result does not fit. */
int snug_mounts_unescape(struct snug_text text, size_t size, char *ret);

/* How a mount of `root` shows the cgroup `path`: both are paths in one hierarchy as
 * /proc/self gives them, relative to the reader's cgroup namespace, and `root` has
 * mountinfo's escapes. For SNUG_VIEW_OWN `ret_below` is the rest of the way, "" or "/a/b",
 * a part of `path`. */
enum snug_view snug_mounts_view(struct snug_text root, struct snug_text path,
                                struct snug_text *ret_below);

/* Has a mount that was found passed over from now on. False if there is no room. */
bool snug_mounts_pass_over(struct snug_tried *tried, uint64_t id);

/* Finds the best mount of each hierarchy that is not among `tried` nor hidden by another
 * mount, as far as one line tells. `path` are the process's own cgroups, absent where it
 * has none. `ret_is_stated`: lxcfs lies over /proc/meminfo. -errno if mountinfo cannot be
 * opened. */
int snug_mounts_read(const struct snug_root *root,
                     const struct snug_text path[SNUG_N_HIERARCHIES],
                     struct snug_tried *tried, struct snug_mount ret[SNUG_N_HIERARCHIES],
                     bool *ret_is_stated);
