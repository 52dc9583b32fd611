/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What becomes of a plan in programs that the object does not reach.
 */
#pragma once

#include "snug/cli/subject/subject.h"

/* Puts in the plan's place that nothing is changed, and why, where that is so, and adds
 * what a reader must know. Once, after snug_subject_plan. */
void snug_verdict_apply(struct snug_subject *subject);

/* Whether the object decides in the process, and nobody can tell from here. */
bool snug_verdict_is_open(const struct snug_subject *subject);
