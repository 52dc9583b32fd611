/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What can be asked only where the process runs. A captured machine holds the answers.
 */
#pragma once

#include "snug/cli/subject/containers.h"
#include "snug/cli/subject/heap_nodes.h"
#include "snug/cli/subject/pod.h"
#include "snug/cli/subject/trials.h"

#define SNUG_LIVE_PATH "/snug/live"

struct snug_live {
    struct snug_heap_nodes heap;
    struct snug_containers containers;
    struct snug_pod pod;
    struct snug_trials trials;
};

/* Asks, or reads the answers of a captured machine; the plan is made. What nobody knows is
 * left as it is at first. `is_alone`: the subject is the only one that is examined. Cannot
 * fail. */
void snug_live_read(const struct snug_subject *subject, bool is_alone,
                    struct snug_live *ret);

/* The answers as lines of text, for a captured machine. */
void snug_live_put(const struct snug_live *live, struct snug_builder *out);
