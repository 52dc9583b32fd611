/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Anonymous mappings of C code, aligned as span.align wants them.
 */
#include "snug/apply/align.h"
#include "snug/apply/ranges.h"
#include "snug/stats/counters.h"

static struct {
    size_t page_bytes;
    size_t align_bytes; /* 0: nothing is aligned. */
} ranges;

void snug_ranges_arm(const struct snug_range_plan *plan, size_t page_bytes)
{
    if (plan->align_bytes <= page_bytes)
        return;
    ranges.page_bytes = page_bytes;
    ranges.align_bytes = plan->align_bytes;
}

void *snug_ranges_make(size_t n_bytes)
{
    if (!ranges.align_bytes || n_bytes < ranges.align_bytes)
        return NULL;
    void *ret = snug_align_map(n_bytes, ranges.align_bytes, ranges.page_bytes);
    if (ret)
        snug_counters_add(SNUG_COUNT_ALIGNED, 1);
    return ret;
}
