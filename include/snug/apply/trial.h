/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Calls that a seccomp filter may kill for. Where one is active, a child tries first, and
 * dies alone. Only at the start, by the thread that starts.
 */
#pragma once

#include "snug/base/cpus.h"
#include "snug/facts/facts.h"

/* Whether a filter is active, or may be: then only calls are safe that the loader or the Go
 * runtime makes too. */
bool snug_trial_is_filtered(void);

/* Whether sched_setaffinity may be called; `mask` is set in the child. */
enum snug_answer snug_trial_affinity(const struct snug_cpus *mask);

/* Whether the calls of keys that are off by default may be made: those of the log, of
 * stats.file, follow and child.pdeathsig. */
bool snug_trial_is_safe(void);
