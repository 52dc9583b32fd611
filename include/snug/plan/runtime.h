/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the Go runtime makes of the CPUs by itself: the road that is left alone wherever it
 * leads to the planned count, since GOMAXPROCS in the environment stops its live updates.
 */
#pragma once

#include "snug/plan/plan.h"

/* Whether GOMAXPROCS would be `count` at start and stay so with nothing in the environment.
 * `n_seen` is what the runtime counts at start: the narrowed mask or all that is left;
 * `n_left` what it may count later. False if it cannot be told. Source: runtime/proc.go,
 * runtime/cgroup_linux.go of Go 1.25.
 */
bool snug_runtime_settles_at(const struct snug_facts *facts, unsigned n_seen,
                             unsigned n_left, unsigned count);

/* What GOMAXPROCS becomes by itself, a second or so after a change, in a running program
 * that nobody has set it for. 0 if it stays as it was at the start, or cannot be told. */
unsigned snug_runtime_moves_to(const struct snug_facts *facts);
