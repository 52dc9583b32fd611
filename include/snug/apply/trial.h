/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Calls that a seccomp filter may kill for. Where one is active, a child tries first, and
 * dies alone. Only at the start, by the thread that starts.
 */
#pragma once

#include "snug/plan/plan.h"

/* Whether a filter is active, or may be: then only calls are safe that the loader or the Go
 * runtime makes too. */
bool snug_trial_is_filtered(void);

/* snug_plan_make where a filter may kill instead of refuse. A plan is made as if it did
 * neither; a child tries what that plan makes use of, and nothing else, since its death is
 * logged. What it may not do is planned without. Its answers stay in `facts`. */
void snug_trial_plan(struct snug_facts *facts, const struct snug_policy *policy,
                     uint64_t request_milli, struct snug_plan *ret);

/* Whether the calls of keys that are off by default may be made: those of the log, of
 * stats.file, follow and child.pdeathsig. */
bool snug_trial_is_safe(void);
