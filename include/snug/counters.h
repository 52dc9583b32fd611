/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the hooks counted in this process. Readers outside depend on the layout: fields are
 * added at the end and never moved.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

enum { SNUG_COUNTERS_OPTIONS = 81 }; /* prctl's options from 0 to 80. */

struct snug_counters {
    _Atomic uint64_t prctl[SNUG_COUNTERS_OPTIONS]; /* Calls, by option. */
    _Atomic uint64_t prctl_other;                  /* Calls with any other option. */
};

/* From any thread; never waits. */
void snug_counters_add_prctl(int option);

/* This process's, for ever at the same place. */
const struct snug_counters *snug_counters_read(void);
