/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the Go runtime's memory limit becomes under a limit that changes. Pure; whoever
 * follows, from within or from outside, has one state and does the reading and the store.
 */
#pragma once

#include "snug/plan/plan.h"

struct snug_target {
    uint64_t stored_bytes; /* What snug left in the runtime's word last. */
    uint64_t wanted_bytes; /* What the plan wanted of it last. */
    uint64_t given_bytes;  /* Of that, for a while. */
};

/* What the process has now. */
struct snug_target_sight {
    uint64_t seen_bytes; /* In the runtime's word. */
    uint64_t live_bytes; /* See snug_floor_raise. */
    uint64_t held_bytes;
};

/* Whether it may have to move: what is alive and held need not be known otherwise. */
bool snug_target_is_due(const struct snug_target *target,
                        const struct snug_memory_plan *memory, uint64_t seen_bytes);

/* Whether it moves, to what is in `stored_bytes` then, and why. */
bool snug_target_move(struct snug_target *target, const struct snug_memory_plan *memory,
                      const struct snug_target_sight *sight, enum snug_reason *ret_reason);

/* What is aimed at, for people: 0 for no limit. */
uint64_t snug_target_shown(const struct snug_target *target, uint64_t seen_bytes);
