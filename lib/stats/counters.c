/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counters of the hooks. Relaxed: a reader may see one call more or less, but no hook ever
 * waits for another thread's.
 */
#include "snug/counters.h"

#include <stddef.h>

#define IS_AT(field, offset) (offsetof(struct snug_counters, field) == (offset))

_Static_assert(IS_AT(layout, 8) && IS_AT(n_bytes, 12) && IS_AT(n_counters, 16) &&
                   IS_AT(pid, 20) && IS_AT(namespace, 24) && IS_AT(start_ticks, 32) &&
                   IS_AT(prctl, 40) && IS_AT(prctl_other, 688) && IS_AT(node_bytes, 696) &&
                   IS_AT(change_sequence, 1216) && IS_AT(change, 1224) &&
                   IS_AT(counter, 1280) && sizeof(struct snug_counters) == 2304,
               "the layout of the counters is frozen");
_Static_assert(SNUG_COUNT_THREADS == 14, "a counter keeps its place");
_Static_assert((int)SNUG_N_COUNTERS <= SNUG_COUNTERS_MAX,
               "the room for counters is used up");

static struct snug_counters counters;

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void snug_counters_add(enum snug_counter counter, uint64_t n)
{
    add(&counters.counter[counter], n);
}

void snug_counters_add_prctl(int option)
{
    const unsigned i = (unsigned)option;
    add(i < SNUG_COUNTERS_OPTIONS ? &counters.prctl[i] : &counters.prctl_other, 1);
}

void snug_counters_add_node_bytes(unsigned node, uint64_t n)
{
    add(&counters.node_bytes[node < SNUG_COUNTERS_NODES ? node : SNUG_COUNTERS_NODES], n);
}

/* Readers trust a copy if the sequence was the same even number before and after. */
void snug_counters_set_change(const struct snug_change *change)
{
    const uint64_t words[SNUG_CHANGE_WORDS] = {
        change->when_ns,  change->cpus_from, change->cpus_to, change->bytes_from,
        change->bytes_to, change->reason,    change->took_ns,
    };
    add(&counters.change_sequence, 1);
    atomic_thread_fence(memory_order_release);
    for (unsigned i = 0; i < SNUG_CHANGE_WORDS; i++)
        atomic_store_explicit(&counters.change[i], words[i], memory_order_relaxed);
    atomic_fetch_add_explicit(&counters.change_sequence, 1, memory_order_release);
}

const struct snug_counters *snug_counters_read(void)
{
    return &counters;
}
