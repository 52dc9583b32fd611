/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The machine's NUMA nodes, and which CPU belongs to which.
 */
#pragma once

#include "snug/facts/facts.h"

/* Cannot fail. The nodes' CPUs are read only if there is more than one node. */
void snug_nodes_read(const struct snug_root *root, struct snug_node_facts *ret);

/* Looks on `nodes`, a bit for each, for the one that `cpu` belongs to, and no further: the
 * CPUs of that node, and that there are others, are known then, and nothing else. Nothing
 * is if it is on none of them. */
void snug_nodes_read_one(const struct snug_root *root, uint64_t nodes, unsigned cpu,
                         struct snug_node_facts *ret);

/* Fills free_bytes of the nodes with memory, one file each. */
void snug_nodes_read_free(const struct snug_root *root, struct snug_node_facts *nodes);

/* The memory of all nodes, which is the machine's also where /proc/meminfo shows less, in
 * KiB. 0: unknown. */
uint64_t snug_nodes_total_kib(const struct snug_root *root);
