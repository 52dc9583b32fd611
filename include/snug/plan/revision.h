/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a running program takes of a policy file that has changed. Sets of keys are bits, by
 * enum snug_key.
 */
#pragma once

#include "snug/plan/plan.h"

/* What is known of the runtime, once it runs. */
struct snug_revision_reach {
    bool has_word; /* Its memory limit can be moved. */
    bool has_door; /* And its count of CPUs. */
};

struct snug_revision {
    uint64_t moved; /* The keys that have another value now. */
    uint64_t waits; /* Those that would have, were the program started now. */
    bool has_locks; /* What is locked has changed; that waits too. */
};

/* The keys whose new value a program with this plan can have. */
uint64_t snug_revision_keys(const struct snug_plan *plan,
                            const struct snug_revision_reach *reach);

/* Takes what of `next`, which is the defaults and the file alone, is in `keys`. What the
 * environment or the command line said stays, and so do locks. */
void snug_revision_take(const struct snug_policy *next, uint64_t keys,
                        struct snug_policy *policy, struct snug_revision *ret);
