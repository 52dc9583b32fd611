/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How far the Go heap may grow.
 */
#pragma once

#include "snug/plan/plan.h"

/* What memory.headroom keeps of a limit; may be more than that. */
uint64_t snug_memory_headroom(const struct snug_policy *policy, uint64_t limit_bytes);

/* What memory.share leaves of a limit. */
uint64_t snug_memory_share(const struct snug_policy *policy, uint64_t limit_bytes);

/* A target as the runtime is told it: a whole number of pages, or of spans. */
uint64_t snug_memory_round(uint64_t bytes);

/* The memory limit to plan with, in bytes, where one is set: the kernel's, or the lower one
 * that is announced. */
uint64_t snug_memory_limit(const struct snug_memory_facts *memory);

/* Whether the target comes from memory.high, which lies further below memory.max than the
 * headroom. */
bool snug_memory_goes_by_high(const struct snug_memory_facts *memory,
                              const struct snug_policy *policy);

/* Fills in the whole of `ret`. */
void snug_memory_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                        struct snug_memory_plan *ret);
