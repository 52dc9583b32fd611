/* SPDX-License-Identifier: LGPL-2.1-or-later
 * On which NUMA nodes a cgroup's memory lies. The kernel counts that as it goes. Of one
 * process it would walk through all of its memory, and keep the process from mapping any
 * meanwhile, so that is never asked.
 */
#pragma once

#include "snug/cli/subject/evidence.h"

struct snug_spread {
    /* Anonymous memory: heaps, Go's among them, and stacks. Version 1 adds tmpfs and memory
     * that processes share. A bit in `nodes` for each of the nodes 0 to 63 that are listed.
     */
    bool has_nodes;
    uint64_t nodes;
    uint64_t node_bytes[SNUG_NODES_MAX];
};

/* Of the cgroup `at` and those below it; it has a directory. Cannot fail: what cannot be
 * read is not known. */
void snug_spread_read(const struct snug_root *root, struct snug_cgroup *at,
                      struct snug_spread *ret);
