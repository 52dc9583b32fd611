/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Memory policy of the heap. A preferred node for each arena: an arena, its huge pages and
 * what the runtime keeps beside them stay together, and nothing has to be remembered, for
 * the arena's number says whose turn it is.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdatomic.h>

#include "snug/apply/arenas.h"
#include "snug/apply/place.h"
#include "snug/base/sys.h"
#include "snug/stats/counters.h"

enum { PAGE_BYTES = 4096 };

static const struct snug_numa_plan *start; /* Its turns are those of several nodes. */
static _Atomic uint64_t wanted;            /* Bits; 0: nothing is placed. */

static bool is_several(uint64_t nodes)
{
    return nodes & (nodes - 1);
}

static int try_mbind(const void *page)
{
    /* No policy, for a page that has none. */
    return snug_sys_mbind((void *)(uintptr_t)page, PAGE_BYTES, MPOL_DEFAULT, 0) < 0;
}

enum snug_answer snug_place_probe(void)
{
    static _Alignas(PAGE_BYTES) char page[PAGE_BYTES];
    return snug_sys_ask_child(try_mbind, page) == 0 ? SNUG_YES : SNUG_NO;
}

void snug_place_arm(const struct snug_numa_plan *numa)
{
    start = numa;
    atomic_store(&wanted, numa->nodes);
}

void snug_place_follow(const struct snug_numa_plan *numa)
{
    uint64_t nodes = atomic_load(&wanted);
    if (nodes && numa->nodes && !is_several(nodes) && !is_several(numa->nodes))
        /* Or else it has just been found that nothing can be placed. */
        (void)atomic_compare_exchange_strong(&wanted, &nodes, numa->nodes);
}

static void put_on(void *at, size_t n_bytes, unsigned node)
{
    const long r = snug_sys_mbind(at, n_bytes, MPOL_PREFERRED, (uint64_t)1 << node);
    if (r == 0) {
        snug_counters_add_node_bytes(node, n_bytes);
        return;
    }
    snug_counters_add(SNUG_COUNT_PASSED_PLACE_FAILED, 1);
    if (r == -EPERM || r == -ENOSYS)
        atomic_store(&wanted, 0); /* It will always be. */
}

void snug_place_put(void *at, size_t n_bytes)
{
    const uint64_t nodes = atomic_load_explicit(&wanted, memory_order_acquire);
    if (!nodes)
        return;
    if (!is_several(nodes)) {
        put_on(at, n_bytes, (unsigned)__builtin_ctzll(nodes));
        return;
    }
    const uintptr_t end = (uintptr_t)at + n_bytes;
    for (uintptr_t from = (uintptr_t)at; from < end;) {
        const uintptr_t arena = from / SNUG_ARENAS_ARENA_BYTES;
        uintptr_t to = (arena + 1) * SNUG_ARENAS_ARENA_BYTES;
        if (to > end)
            to = end;
        put_on((void *)from, to - from, start->turn[arena % SNUG_TURNS]);
        from = to;
    }
}
