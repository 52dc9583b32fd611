/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The directory of the process's own cgroup, for each controller, and the way up from it.
 */
#pragma once

#include "snug/facts/mounts.h"

/* A mount point, the way down from it, and a file's name. */
enum { SNUG_DIRECTORY_BYTES = SNUG_POINT_BYTES + SNUG_PATH_BYTES + 64 };

/* Where the files of one controller lie. `directory` is the own cgroup's as seen below the
 * root, or, if `why` is SNUG_WHY_NOT_VISIBLE, that of the lowest visible ancestor; if none
 * is visible it is "" and `has_directory` false. */
struct snug_cgroup {
    enum snug_why why; /* SNUG_WHY_NOTHING, or why the own cgroup is not there. */
    bool has_directory;
    bool is_v2;
    bool is_mounted_whole; /* The mount's root is "/". */
    bool misleads_go;      /* See struct snug_mount. */
    bool is_stated;        /* Of memory: lxcfs shows the limit in /proc/meminfo. */
    /* What it means if no cgroup up to the mount's top has a file of this controller.
     * SNUG_WHY_NOTHING: nothing is enforced, which is how a root cgroup looks and one for
     * which the controller is not enabled. */
    enum snug_why if_no_file;
    size_t n_top; /* Length of the mount point in `directory` … */
    size_t n;     /* … and of the whole. What follows it is of no meaning. */
    char directory[SNUG_DIRECTORY_BYTES];
};

/* One line of /proc/self/cgroup. -EINVAL if it is not such a line. */
struct snug_cgroup_line {
    struct snug_text controllers; /* "cpu,cpuacct"; empty on version 2. */
    struct snug_text path;
    bool is_unified;
};

int snug_cgroup_parse(struct snug_text line, struct snug_cgroup_line *ret);

/* Finds both controllers' cgroups. Decided for each by itself: machines mix versions. */
void snug_cgroup_find(const struct snug_root *root, struct snug_cgroup *ret_cpu,
                      struct snug_cgroup *ret_memory);

/* Goes up to the parent's directory; false if `directory` is the mount's top already. */
bool snug_cgroup_go_up(struct snug_cgroup *cgroup);

/* The path of one of its files; its name has at most 62 bytes. It stands in `directory`,
 * and holds until the next call. The kernel refuses paths of 4,096 bytes and more. */
const char *snug_cgroup_file(struct snug_cgroup *cgroup, const char *name);

/* Whether the directory is there at all. */
bool snug_cgroup_exists(const struct snug_root *root, struct snug_cgroup *cgroup);
