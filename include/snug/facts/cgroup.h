/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The directory of the process's own cgroup, for each controller, and the way up from it.
 */
#pragma once

#include "snug/facts/mounts.h"

/* Where the files of one controller lie. `directory` is the own cgroup's as seen below the
 * root, or, if `why` is SNUG_WHY_NOT_VISIBLE, that of the lowest visible ancestor; if none
 * is visible it is "" and `has_directory` false. */
struct snug_cgroup {
    enum snug_why why; /* SNUG_WHY_NOTHING, or why the own cgroup is not there. */
    bool has_directory;
    bool is_v2;
    bool is_mounted_whole; /* The mount's root is "/". */
    /* What it means if no cgroup up to the mount's top has a file of this controller.
     * SNUG_WHY_NOTHING: nothing is enforced, which is how a root cgroup looks and one for
     * which the controller is not enabled. */
    enum snug_why if_no_file;
    size_t n_top; /* Length of the mount point in `directory`. */
    char directory[SNUG_PATH_BYTES];
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

/* Writes the path of one of its files. -ENAMETOOLONG. */
int snug_cgroup_file(const struct snug_cgroup *cgroup, const char *name, size_t size,
                     char *ret);

/* Whether the directory is there at all. */
bool snug_cgroup_exists(const struct snug_root *root, const struct snug_cgroup *cgroup);
