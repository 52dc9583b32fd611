/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Asking the kernel for memory of certain nodes, range by range. Always a preference, never
 * a restriction: where the node has none left, another one's memory is taken.
 */
#pragma once

#include "snug/plan/plan.h"

/* Whether mbind is allowed. Tried in a child, which a seccomp filter may kill. */
enum snug_answer snug_place_probe(void);

/* Once, at the start, if the plan names nodes. It must live for ever. */
void snug_place_arm(const struct snug_numa_plan *numa);

/* The plan was made anew, after the process's CPUs may have moved: where the heap goes to
 * one node, that may be another one now. */
void snug_place_follow(const struct snug_numa_plan *numa);

/* The heap has grown by this new mapping, in whole chunks. From any thread. */
void snug_place_put(void *at, size_t n_bytes);
