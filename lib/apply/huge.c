/* SPDX-License-Identifier: LGPL-2.1-or-later
 * MADV_HUGEPAGE for the heap. Advice stays with a mapping for as long as the process lives,
 * for the runtime gives memory back without unmapping it; so the budget is spent once.
 */
#include "snug/apply/huge.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "snug/base/sys.h"
#include "snug/stats/counters.h"

static const uint64_t huge_page_bytes = 2u << 20;

static _Atomic uint64_t budget_bytes;
static _Atomic uint64_t advised_bytes;

void snug_huge_set_budget(uint64_t bytes)
{
    atomic_store(&budget_bytes, bytes);
}

void snug_huge_advise(void *at, size_t n_bytes)
{
    const uint64_t budget = atomic_load_explicit(&budget_bytes, memory_order_relaxed);
    uint64_t advised = atomic_load(&advised_bytes);
    uint64_t n;
    if (!budget)
        return;
    do {
        n = budget > advised ? budget - advised : 0;
        n = n < n_bytes ? n - n % huge_page_bytes : n_bytes;
    } while (!atomic_compare_exchange_weak(&advised_bytes, &advised, advised + n));

    if (n < n_bytes)
        snug_counters_add(SNUG_COUNT_PASSED_BUDGET, 1);
    if (!n)
        return;
    if (snug_sys_madvise(at, n, MADV_HUGEPAGE) == 0) {
        snug_counters_add(SNUG_COUNT_HUGE_BYTES, n);
        return;
    }
    atomic_fetch_sub(&advised_bytes, n);
    snug_counters_add(SNUG_COUNT_PASSED_HUGE_FAILED, 1);
}
