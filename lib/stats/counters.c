/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counters of the hooks. Relaxed: a reader may see one call more or less, but no hook ever
 * waits for another thread's.
 */
#include "snug/counters.h"

#include <stddef.h>

_Static_assert(offsetof(struct snug_counters, prctl_other) == 648 &&
                   sizeof(struct snug_counters) == 656,
               "the layout of the counters is frozen");

static struct snug_counters counters;

void snug_counters_add_prctl(int option)
{
    const unsigned i = (unsigned)option;
    _Atomic uint64_t *counter =
        i < SNUG_COUNTERS_OPTIONS ? &counters.prctl[i] : &counters.prctl_other;
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

const struct snug_counters *snug_counters_read(void)
{
    return &counters;
}
