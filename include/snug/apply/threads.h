/* SPDX-License-Identifier: LGPL-2.1-or-later
 * threads.warn: one log line each time the number of living threads doubles past N.
 */
#pragma once

#include "snug/plan/plan.h"

/* Once, at the start. Does nothing if the plan wants no warning. Lines go to the file
 * `log_path`, to standard error if it is NULL, whatever `log` says: who asks for warnings
 * asks for the lines. `program` is the executable's path. Both must live for ever. */
void snug_threads_arm(const struct snug_thread_plan *plan, const char *log_path,
                      const char *program);

/* The program loads a seccomp filter, which may kill for what a look takes: no line comes
 * any more. */
void snug_threads_see_filter(void);

/* `caller` has created a thread. From any thread at any time; leaves errno alone. */
void snug_threads_see_creation(const void *caller);
