/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a process's memory lies, and in what pages. The kernel walks through all of it for
 * the answer, about a millisecond for each gigabyte.
 */
#pragma once

#include "snug/cli/subject/evidence.h"

struct snug_holdings {
    struct snug_figure huge_bytes; /* Anonymous memory in transparent huge pages. */
    /* Memory that no file stands behind: heaps, Go's among them, and stacks. A bit in
     * `nodes` for each of the nodes 0 to 63 that have some. */
    bool has_nodes;
    uint64_t nodes;
    uint64_t node_bytes[SNUG_NODES_MAX];
};

/* Of the root's process. Cannot fail: what cannot be read is not known. */
void snug_holdings_read(const struct snug_root *root, struct snug_holdings *ret);
