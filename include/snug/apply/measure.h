/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What others hold of the memory limit, looked at from time to time by one thread.
 */
#pragma once

#include "snug/facts/facts.h"
#include "snug/plan/plan.h"

/* Looks once, and puts the target that follows into the plan, for the runtime and for huge
 * pages. 0; -EAGAIN if the runtime's accounting is not known (yet); -EOPNOTSUPP or another
 * -errno if the use cannot be read: then the target stays that of the last look, or the
 * plan's before any. */
int snug_measure_look(const struct snug_memory_facts *memory, struct snug_plan *plan);

/* Nothing is measured any more: forgets what was. */
void snug_measure_end(void);

/* How long to rest before the next look, where it is usually `interval_ms`; or before a
 * glance. */
uint64_t snug_measure_rest_ms(uint64_t interval_ms);

/* After that rest: whether a glance was due and has seen nothing, so that no look is. */
bool snug_measure_is_quiet(const struct snug_memory_facts *memory);

/* Whether the last target is the lowest there is, whatever others hold. */
bool snug_measure_is_floor(void);

/* Appends `, others 31457280, reserve 8388608`. */
void snug_measure_put(struct snug_builder *out);
