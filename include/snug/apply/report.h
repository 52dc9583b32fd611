/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the log tells of a start: numbers, and the files that they came from. The reasons in
 * words are the command's; `snug explain` gives them for the same facts.
 */
#pragma once

#include "snug/base/log.h"
#include "snug/plan/plan.h"

/* A line for each problem with the policy (error); but if nobody has asked for a log, none
 * for what nobody has named. Returns whether there was any. */
bool snug_report_problems(const struct snug_log *log, const struct snug_policy *policy,
                          bool is_asked);

/* A line for each variable that found no room (error), and one with what was found and is
 * done (info): the first `n_set` variables. */
void snug_report_start(const struct snug_log *log, const struct snug_facts *facts,
                       const struct snug_plan *plan, unsigned n_set);

/* `what: error NUMBER` (error), for the -errno `r`; nothing if that is none. */
void snug_report_failure(const struct snug_log *log, const char *what, int r);

/* Where lines go: the log that the policy asks for, also if it has only such lines as come
 * whatever its level is. */
struct snug_log snug_report_log(const struct snug_policy *policy,
                                const struct snug_plan *plan);
