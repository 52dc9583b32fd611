/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A set of CPU numbers, as large as the one that the Go runtime asks the kernel for. "Set"
 * is this type, "list" is its text (`0-3,8`), "mask" is what the kernel takes. Pure.
 */
#pragma once

#include <stdbool.h>

#include "snug/base/text.h"

enum {
    SNUG_CPUS_MAX = 8192,
    SNUG_CPUS_BITS = 8 * (int)sizeof(unsigned long),
    SNUG_CPUS_WORDS = SNUG_CPUS_MAX / SNUG_CPUS_BITS,
};

struct snug_cpus {
    unsigned long word[SNUG_CPUS_WORDS];
};

bool snug_cpus_has(const struct snug_cpus *set, unsigned cpu);

/* A CPU past the end of the set is not added. */
void snug_cpus_add(struct snug_cpus *set, unsigned cpu);

unsigned snug_cpus_count(const struct snug_cpus *set);

/* The lowest member that is `from` or more; SNUG_CPUS_MAX if there is none. */
unsigned snug_cpus_next(const struct snug_cpus *set, unsigned from);

bool snug_cpus_equal(const struct snug_cpus *a, const struct snug_cpus *b);
bool snug_cpus_within(const struct snug_cpus *inner, const struct snug_cpus *outer);

/* Reads the kernel's list format, `0-3,8`; an empty list is an empty set. -EINVAL if it is
 * malformed, -ERANGE if it names a CPU past the end. Nothing is written on failure. */
int snug_cpus_parse(struct snug_text list, struct snug_cpus *ret);

/* Appends the list format. */
void snug_cpus_put(struct snug_builder *out, const struct snug_cpus *set);
