/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which figures of a census are meters, and what they are measured against.
 */
#pragma once

#include "snug/cli/stat/census.h"
#include "snug/cli/stat/meter.h"

/* Each calls for its meters in order. `before` is the same cgroup `span_ns` nanoseconds
 * ago, NULL at the first look: rates are not known then. What this kernel does not tell at
 * all, and what has no meaning without a limit, is left out. */
void snug_gauges_of_cpu(const struct snug_cpu_group *group,
                        const struct snug_cpu_group *before, uint64_t span_ns,
                        void (*call)(const struct snug_meter *, void *), void *context);
void snug_gauges_of_memory(const struct snug_memory_group *group,
                           void (*call)(const struct snug_meter *, void *), void *context);
void snug_gauges_of_process(const struct snug_observed *of,
                            void (*call)(const struct snug_meter *, void *), void *context);

/* `  events        high 0, max 3 (+1), oom 0, oom_kill 0`, in `size` bytes. */
void snug_gauges_put_events(const struct snug_memory_group *group,
                            const struct snug_memory_group *before, size_t size, char *ret);
