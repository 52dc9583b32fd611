/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How busy a runtime's collector is, and what of the memory limit is given back for it.
 */
#pragma once

#include "snug/facts/ledger.h"
#include "snug/plan/plan.h"
#include "snug/plan/relief.h"

struct snug_collector {
    uint64_t start; /* The variables among which its account is. */
    uint64_t end;
    snug_ledger_read *read;
    void *from;
    unsigned n_left; /* How often it is searched for yet. */
    struct snug_ledger ledger;
    struct snug_relief relief;
};

/* For the variables [start, end) of a program of that release, which `read` reads. */
void snug_collector_begin(uint64_t start, uint64_t end, unsigned go_minor,
                          snug_ledger_read *read, void *from, struct snug_collector *ret);

/* This process's own memory, without a fault. */
bool snug_collector_read_own(void *unused, uint64_t address, void *ret, size_t n_bytes);

/* Looks, if the target is near the live heap. How much is to be added to the target that is
 * planned: nothing where a lower limit is announced. A GOGC below 0 is off. */
uint64_t snug_collector_see(struct snug_collector *collector,
                            const struct snug_memory_facts *memory,
                            const struct snug_memory_plan *plan, uint64_t live_bytes,
                            int64_t gogc);

/* Appends ` (relief: the collector has 31% of the CPUs)` while something is given. */
void snug_collector_put(const struct snug_collector *collector, struct snug_builder *out);
