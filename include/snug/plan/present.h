/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How many CPUs are presented, and which.
 */
#pragma once

#include "snug/plan/plan.h"

/* Decides count, reason, is_presented, presented, is_shown and shown_reason of `ret`, and
 * nothing else of it. */
void snug_present_decide(const struct snug_cpu_facts *cpu,
                         const struct snug_node_facts *nodes,
                         const struct snug_policy *policy, uint64_t request_milli,
                         struct snug_cpu_plan *ret);
