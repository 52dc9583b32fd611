/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A process's cgroups, or those of a name, with the paths that /proc/PID/cgroup has for
 * them.
 */
#pragma once

#include "snug/facts/cgroup.h"

struct snug_groups {
    struct snug_cgroup cpu;
    struct snug_cgroup memory;
    char cpu_path[SNUG_DIRECTORY_BYTES]; /* "" if it is not known. */
    char memory_path[SNUG_DIRECTORY_BYTES];
};

/* Those of the root's process. Cannot fail. */
void snug_groups_read(const struct snug_root *root, struct snug_groups *ret);

/* Those that are called `name`, in the caller's own view: a path as in /proc/PID/cgroup, or
 * a directory. What is not there has no directory. -ENOENT if neither is. */
int snug_groups_open(const char *name, struct snug_groups *ret);

/* The path of `at`, which is `groups->cpu` or `groups->memory` or the same gone up from a
 * directory of `n_own` bytes, before a file is asked for there; the directory itself where
 * no path is known. `ret` has SNUG_DIRECTORY_BYTES. */
void snug_groups_put_path(const struct snug_groups *groups, const struct snug_cgroup *at,
                          size_t n_own, char *ret);

/* The path of memory's cgroup of version 1, or, where there is none or all of that is at
 * the top, of version 2: of `process`, a name in the root's /proc. False, and "", if
 * nothing tells. `ret` has SNUG_PATH_BYTES. */
bool snug_groups_find_path(const struct snug_root *root, const char *process, char *ret);

/* Calls for each process in them and below. -errno if their processes cannot be read. */
int snug_groups_each_process(struct snug_groups *groups, void (*call)(int, void *),
                             void *context);
