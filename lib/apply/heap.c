/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the runtime's mappings mean (runtime/mem_linux.go, Go 1.17 to 1.27): sysReserve maps
 * multiples of 64 MiB without access; sysMap puts read-write memory over a part of that,
 * for the heap in multiples of 4 MiB. A new mapping has none of the advice that the old one
 * had, so whatever is asked for is asked for at each growth.
 */
#include <linux/prctl.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "snug/apply/arenas.h"
#include "snug/apply/ceiling.h"
#include "snug/apply/heap.h"
#include "snug/apply/huge.h"
#include "snug/apply/place.h"
#include "snug/base/sys.h"
#include "snug/stats/counters.h"

enum { RESERVED = MAP_PRIVATE | MAP_ANONYMOUS, GROWN = RESERVED | MAP_FIXED };

static struct {
    unsigned n_filters;   /* When the plan was made. */
    _Atomic bool is_safe; /* To make calls that Go itself does not make. */
    _Atomic bool names;
    _Atomic bool is_filtered; /* By C code, since the plan was made. */
} heap;

static bool is_reservation(size_t n_bytes, int prot, int flags)
{
    return prot == PROT_NONE && flags == RESERVED && n_bytes &&
           n_bytes % SNUG_ARENAS_ARENA_BYTES == 0;
}

static bool is_growth(const void *at, size_t n_bytes, int prot, int flags)
{
    return prot == (PROT_READ | PROT_WRITE) && flags == GROWN &&
           snug_arenas_have(at, n_bytes);
}

/* One that Go code has loaded without libc, perhaps for this thread alone: /proc/self would
 * tell of the main thread's. It may kill for prctl(PR_GET_SECCOMP). */
static bool has_new_filter(void)
{
    uint64_t n;
    return snug_file_find(&snug_file_live, "/proc/thread-self/status",
                          heap.n_filters ? "Seccomp_filters:" : "Seccomp:", &n) < 0 ||
           n != heap.n_filters;
}

void snug_heap_arm(const struct snug_facts *facts, const struct snug_plan *plan,
                   const struct snug_log *log)
{
    heap.n_filters = facts->privileges.n_filters;
    if (plan->numa.nodes)
        snug_place_arm(&plan->numa);
    atomic_store(&heap.names, plan->spans.names);
    atomic_store(&heap.is_safe, plan->numa.nodes || plan->spans.names);
    snug_huge_set_budget(plan->spans.huge_budget_bytes);
    if (plan->memory.guard_bytes)
        snug_ceiling_arm(&facts->memory.limit, log);
}

static void name(void *at, size_t n_bytes)
{
    static const char text[] = "snug: go heap";
    if (!atomic_load_explicit(&heap.names, memory_order_relaxed))
        return;
    if (snug_sys_prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, (uintptr_t)at, n_bytes,
                       (uintptr_t)text) == 0)
        snug_counters_add(SNUG_COUNT_NAMED, 1);
    else
        atomic_store(&heap.names, false); /* A kernel that cannot never will. */
}

void snug_heap_adjust(const struct snug_facts *facts, const struct snug_plan *plan)
{
    snug_huge_set_budget(plan->spans.huge_budget_bytes);
    snug_place_follow(&plan->numa);
    snug_ceiling_follow(plan->memory.guard_bytes ? &facts->memory.limit : NULL);
}

void snug_heap_see_filter(void)
{
    atomic_store(&heap.is_filtered, true);
    atomic_store(&heap.is_safe, false);
}

bool snug_heap_allows(const void *at, size_t n_bytes, int prot, int flags)
{
    return !is_growth(at, n_bytes, prot, flags) || atomic_load(&heap.is_filtered) ||
           snug_ceiling_allows(n_bytes);
}

void snug_heap_see_mapping(void *at, size_t n_bytes, int prot, int flags)
{
    if (is_reservation(n_bytes, prot, flags)) {
        const bool has_room = snug_arenas_add(at, n_bytes);
        snug_counters_add(has_room ? SNUG_COUNT_RESERVATIONS : SNUG_COUNT_PASSED_TABLE_FULL,
                          1);
        return;
    }
    if (!is_growth(at, n_bytes, prot, flags))
        return;
    snug_counters_add(SNUG_COUNT_GROWTHS, 1);
    snug_counters_add(SNUG_COUNT_GROWTH_BYTES, n_bytes);
    snug_huge_advise(at, n_bytes);

    if (!atomic_load_explicit(&heap.is_safe, memory_order_relaxed))
        return;
    if (has_new_filter()) {
        snug_counters_add(SNUG_COUNT_PASSED_PLACE_FAILED, 1);
        atomic_store(&heap.is_safe, false);
        return;
    }
    snug_place_put(at, n_bytes);
    name(at, n_bytes);
}

void snug_heap_see_unmapping(const void *at, size_t n_bytes)
{
    snug_arenas_remove(at, n_bytes);
}
