/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The counters' names for those who read them.
 */
#pragma once

#include "snug/stats/counters.h"

struct snug_metric {
    /* Of the JSON member, and of the metric behind `snug_`; NULL: nothing is counted here
     * any more. */
    const char *name;
    const char *reason; /* Counters of one name differ in this label; NULL: only one. */
    const char *text;   /* What is counted, without a full stop. */
};

/* Indexed by enum snug_counter. What is counted in bytes has a name that ends in `bytes`.
 */
extern const struct snug_metric snug_metrics[SNUG_N_COUNTERS];
