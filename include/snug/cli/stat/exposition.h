/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The text format of OpenMetrics 1.0, and Prometheus's own, which is older: there a
 * counter's family has the name that its samples have, and nothing marks the end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct snug_exposition {
    FILE *out;
    bool is_classic; /* Prometheus's own. */
    bool is_counter; /* The family is. */
    const char *name;
    bool has_label; /* Of the sample. */
};

/* Samples until the next call are of this family, called `snug_` and the name. It has a
 * unit if the name ends in one. `help` is without a full stop. */
void snug_exposition_begin(struct snug_exposition *exposition, const char *name,
                           bool is_counter, const char *help);

/* A sample: this, its labels, and its value. The value of a label may have any bytes. */
void snug_exposition_sample(struct snug_exposition *exposition);
void snug_exposition_label(struct snug_exposition *exposition, const char *name,
                           const char *value);
void snug_exposition_value(struct snug_exposition *exposition, uint64_t number);

/* The same of thousandths, millionths or billionths: `per_one` is 1000 or more. */
void snug_exposition_fraction(struct snug_exposition *exposition, uint64_t number,
                              uint64_t per_one);

void snug_exposition_end(const struct snug_exposition *exposition);
