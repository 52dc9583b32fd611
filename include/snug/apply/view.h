/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What C code in the process is shown of CPUs and memory now. It changes while hooks read
 * it.
 */
#pragma once

#include "snug/plan/plan.h"

struct snug_view {
    bool shows_cpus; /* `count` and `cpus` instead of what is allowed. */
    unsigned count;
    struct snug_cpus cpus;
    bool shows_memory;
    uint64_t memory_bytes;
};

/* Shows what a plan says from now on. From one thread at a time. */
void snug_view_show(const struct snug_plan *plan);

/* A whole view, never parts of two. False if nothing was ever shown. From any thread;
 * waits for nobody. */
bool snug_view_read(struct snug_view *ret);

/* Whether the newest view, if there is one, shows CPUs: a look at one word, for most
 * processes are shown none. From any thread. */
bool snug_view_shows_cpus(void);

/* How many CPUs it shows. */
unsigned snug_view_count(void);
