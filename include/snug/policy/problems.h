/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The list of complaints about a policy.
 */
#pragma once

#include "snug/policy/policy.h"

/* Adds a complaint. Of `problem` the kind, the source, the line, the error and the key
 * count; the sample is made from `sample`. */
void snug_problems_add(struct snug_policy *policy, const struct snug_problem *problem,
                       struct snug_text sample);

/* The next from `*at` on, which it moves; NULL if there is none. Not `is_all`: of what
 * somebody has written or named; a file that nobody named, and that may not be there, is
 * nobody's mistake. */
const struct snug_problem *snug_problems_next(const struct snug_policy *policy, bool is_all,
                                              unsigned *at);

/* Appends one sentence about the problem, or about the first of those counted in it. */
void snug_problems_put(const struct snug_policy *policy, const struct snug_problem *problem,
                       struct snug_builder *out);

/* The same in brief, for the log of a process: where, and what was written there. */
void snug_problems_put_brief(const struct snug_policy *policy,
                             const struct snug_problem *problem, struct snug_builder *out);
