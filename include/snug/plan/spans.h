/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Huge pages and names of the heap.
 */
#pragma once

#include "snug/plan/plan.h"

/* `left_bytes`: what the headroom leaves of the memory limit, if there is one. `ret` is all
 * zero. */
void snug_spans_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                       uint64_t left_bytes, struct snug_span_plan *ret);
