/* SPDX-License-Identifier: LGPL-2.1-or-later
 * span.align: what becomes of the anonymous mappings of C code.
 */
#pragma once

#include "snug/plan/plan.h"

/* Writes all of `ret`. */
void snug_anonymous_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                           struct snug_range_plan *ret);
