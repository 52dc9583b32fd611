/* SPDX-License-Identifier: LGPL-2.1-or-later
 * On which NUMA nodes a Go program's heap lies. A few hundred pages stand for all, and none
 * is moved or touched: what walks through a whole heap keeps the program from mapping
 * memory meanwhile, for up to a second.
 */
#pragma once

#include "snug/facts/facts.h"

struct snug_heap_nodes {
    bool is_known;
    int error;           /* Why it is not known: an errno; 0: nobody has asked. */
    uint64_t heap_bytes; /* Mapped, be it in memory or not. */
    unsigned n_asked;    /* Pages that were asked about; */
    unsigned n_pages;    /* those that have a node. Others are not in memory, or, with some
                          * kernels, are watched by its NUMA balancing. */
    unsigned on_node[SNUG_NODES_MAX]; /* Of these. */
};

/* Of the live process `pid`. Cannot fail. */
void snug_heap_nodes_read(int pid, struct snug_heap_nodes *ret);
