/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How far the Go heap may grow.
 */
#pragma once

#include "snug/plan/plan.h"

/* What memory.headroom keeps of a limit; may be more than that. */
uint64_t snug_memory_headroom(const struct snug_policy *policy, uint64_t limit_bytes);

/* Fills in the whole of `ret`. */
void snug_memory_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                        struct snug_memory_plan *ret);
