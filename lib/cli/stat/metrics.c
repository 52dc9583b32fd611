/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The counters in words. The names stay: dashboards depend on them.
 */
#include "snug/cli/stat/metrics.h"

#include <stddef.h>

#define PASSED "ranges left as they were"

const struct snug_metric snug_metrics[] = {
    [SNUG_COUNT_RESERVATIONS] = {"heap_arenas", NULL, "heap arenas recognised"},
    [SNUG_COUNT_GROWTHS] = {"heap_growths", NULL, "calls by which a heap grew"},
    [SNUG_COUNT_GROWTH_BYTES] = {"heap_growth_bytes", NULL, "bytes by which heaps grew"},
    [SNUG_COUNT_HUGE_BYTES] = {"huge_bytes", NULL, "bytes advised to be huge pages"},
    [SNUG_COUNT_REFUSED] = {"growths_refused", NULL, "growths refused by span.guard"},
    [SNUG_COUNT_PASSED_TABLE_FULL] = {"passed", "table_full",
                                      PASSED ": the table of arenas was full"},
    [SNUG_COUNT_PASSED_PLACE_FAILED] = {"passed", "place_failed",
                                        PASSED ": the kernel refused to place them"},
    [SNUG_COUNT_PASSED_HUGE_FAILED] = {"passed", "huge_failed",
                                       PASSED ": the kernel refused huge pages"},
    [SNUG_COUNT_PASSED_BUDGET] = {"passed", "budget",
                                  PASSED ": the budget of huge pages was spent"},
    [SNUG_COUNT_ALIGNED] = {"mappings_aligned", NULL, "mappings aligned"},
    [SNUG_COUNT_NAMED] = {"mappings_named", NULL, "mappings named"},
    [SNUG_COUNT_THREADS] = {"threads", NULL, "threads created through libc"},
    [SNUG_COUNT_UNREAD] = {"follow_unread", NULL, "looks that could not read a limit"},
    [SNUG_COUNT_RELIEFS] = {"follow_reliefs", NULL,
                            "minutes of a higher target for a busy collector"},
};

_Static_assert(sizeof snug_metrics / sizeof *snug_metrics == SNUG_N_COUNTERS,
               "a counter has no row");
