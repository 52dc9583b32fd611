/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether `snug run` traces a program's start, and what that makes of the plan.
 */
#pragma once

#include "snug/cli/subject/subject.h"
#include "snug/cli/trace/tracer.h"

/* Whether it is to be traced: nothing else lets its runtime count what is planned, where
 * `counts`, or lets its limit be followed from outside. If tracing would take away what the
 * exec gives, that is settled here, and it is not; so is what becomes of a set-user-id
 * program. Sets what the tracer is to do. */
bool snug_reach_needs_trace(struct snug_subject *subject, bool counts,
                            struct snug_tracer *ret);

/* What came of it, 0 or -errno. The plan is made again. */
void snug_reach_settle(struct snug_subject *subject, int r);

/* For a command that starts nothing: tries it, if the subject is of this machine, and takes
 * it for possible elsewhere. */
void snug_reach_foresee(struct snug_subject *subject);
