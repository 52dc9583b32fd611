/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Telling C code's mappings from the Go runtime's. cgo's C code may be in the same image,
 * but the runtime maps all it has from one place there, and first of all a length that is
 * the same in Go 1.17 to 1.27 (runtime/malloc.go). Before that is seen, all is held to be
 * the runtime's.
 */
#include <stdatomic.h>

#include "snug/apply/align.h"
#include "snug/apply/ranges.h"
#include "snug/stats/counters.h"

static const size_t first_mapping_bytes = 256u << 10;

static struct {
    size_t page_bytes;
    size_t align_bytes; /* 0: nothing is aligned. */
    const void *low;
    const void *high;
    const void *_Atomic runtime; /* Where the runtime calls mmap; NULL: not yet known. */
} ranges;

void snug_ranges_arm(const struct snug_range_plan *plan, size_t page_bytes, const void *low,
                     const void *high)
{
    if (plan->align_bytes <= page_bytes)
        return;
    ranges.page_bytes = page_bytes;
    ranges.align_bytes = plan->align_bytes;
    ranges.low = low;
    ranges.high = high;
}

bool snug_ranges_know(const void *caller, size_t n_bytes)
{
    if (caller < ranges.low || caller >= ranges.high)
        return false;
    const void *runtime = atomic_load_explicit(&ranges.runtime, memory_order_relaxed);
    if (!runtime && n_bytes == first_mapping_bytes) {
        runtime = caller;
        atomic_store_explicit(&ranges.runtime, runtime, memory_order_relaxed);
    }
    return !runtime || caller == runtime;
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
