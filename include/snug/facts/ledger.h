/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the Go runtime counts of CPU time, and of it the collector's part, at the end of
 * each collection (runtime.work.cpuStats, Go 1.20 to 1.27). For reading alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SNUG_LEDGER_WORDS = 11, SNUG_LEDGER_PLACES = 2 };

/* All since the program's start, in nanoseconds of one CPU. */
struct snug_ledger_sum {
    uint64_t total_ns;     /* Of all CPUs that the runtime has, idle ones too. */
    uint64_t collector_ns; /* Without what it did on CPUs that were idle otherwise. */
};

/* The runtime's own, and the copy that it makes for runtime/metrics. */
struct snug_ledger {
    unsigned n;
    uint64_t at[SNUG_LEDGER_PLACES];
};

/* Whether that release has one; 0: an unknown release. */
bool snug_ledger_knows(unsigned go_minor);

/* Whether the words are one that is not being written. A sum of four words is the fifth, of
 * two more the next, and with all that they say it is the last: nothing else does that. */
bool snug_ledger_adds_up(const uint64_t word[SNUG_LEDGER_WORDS],
                         struct snug_ledger_sum *ret);

/* Reads so much of a program's memory, at an absolute address; false if that cannot be
 * read. It must not fault. */
typedef bool snug_ledger_read(void *from, uint64_t address, void *ret, size_t n_bytes);

/* Searches the first MiB of the variables in [start, end). There is none before the first
 * collection; of more than there can be, none is taken. */
void snug_ledger_find(uint64_t start, uint64_t end, snug_ledger_read *read, void *from,
                      struct snug_ledger *ret);

/* The newest of them. False if there is none, or none that is not being written. */
bool snug_ledger_look(const struct snug_ledger *ledger, snug_ledger_read *read, void *from,
                      struct snug_ledger_sum *ret);
