/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What of a running program follows its limits, its policy and what others hold.
 */
#pragma once

#include "snug/plan/plan.h"

/* Decides `plan->follow`, and the calls that it needs. Everything else of the plan must
 * have been decided. */
void snug_pursuit_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                         struct snug_plan *plan);
