/* SPDX-License-Identifier: LGPL-2.1-or-later
 * On which NUMA nodes the heap's memory and the process's threads are to be.
 */
#pragma once

#include "snug/plan/plan.h"

/* Whether the policy asks for anything, so that the decision needs to know the nodes. */
bool snug_placement_is_asked(const struct snug_policy *policy);

/* Whether the decision needs the nodes' free memory. */
bool snug_placement_needs_weights(const struct snug_facts *facts,
                                  const struct snug_policy *policy);

/* Whether it needs to know if mbind is allowed. */
bool snug_placement_needs_trial(const struct snug_facts *facts,
                                const struct snug_policy *policy);

/* `cpu` is decided: count, reason, is_presented and presented. `ret` is
 * all zero. */
void snug_placement_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                           const struct snug_cpu_plan *cpu, struct snug_numa_plan *ret);
