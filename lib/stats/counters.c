/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counters of the hooks. Relaxed: a reader may see one call more or less, but no hook ever
 * waits for another thread's.
 */
#include "snug/stats/counters.h"

#include <stddef.h>

#define IS_AT(field, offset) (offsetof(struct snug_counters, field) == (offset))

_Static_assert(IS_AT(head.layout, 8) && IS_AT(head.n_bytes, 12) &&
                   IS_AT(head.n_counters, 16) && IS_AT(head.pid, 20) &&
                   IS_AT(head.namespace, 24) && IS_AT(head.start_ticks, 32) &&
                   IS_AT(prctl, 40) && IS_AT(prctl_other, 688) && IS_AT(node_bytes, 696) &&
                   IS_AT(change_sequence, 1216) && IS_AT(change, 1224) &&
                   IS_AT(counter, 1280) && IS_AT(measured, 2304) && IS_AT(chosen, 2336) &&
                   IS_AT(chosen.version, 2376) && sizeof(struct snug_counters) == 2392,
               "the layout of the counters is frozen");
_Static_assert(SNUG_COUNT_THREADS == 14, "a counter keeps its place");
_Static_assert((int)SNUG_N_COUNTERS <= SNUG_COUNTERS_MAX,
               "the room for counters is used up");

static struct snug_counters own;
static _Atomic(struct snug_counters *) shared; /* NULL: counts stay in `own`. */

static struct snug_counters *find(void)
{
    struct snug_counters *ret = atomic_load_explicit(&shared, memory_order_relaxed);
    return ret ? ret : &own;
}

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void snug_counters_add(enum snug_counter counter, uint64_t n)
{
    add(&find()->counter[counter], n);
}

void snug_counters_add_prctl(int option)
{
    struct snug_counters *counters = find();
    const unsigned i = (unsigned)option;
    add(i < SNUG_COUNTERS_OPTIONS ? &counters->prctl[i] : &counters->prctl_other, 1);
}

void snug_counters_add_node_bytes(unsigned node, uint64_t n)
{
    add(&find()->node_bytes[node < SNUG_COUNTERS_NODES ? node : SNUG_COUNTERS_NODES], n);
}

/* Readers trust a copy if the sequence was the same even number before and after. */
void snug_counters_set_change(const struct snug_change *change)
{
    struct snug_counters *counters = find();
    const uint64_t words[SNUG_CHANGE_WORDS] = {
        change->when_ns,  change->cpus_from, change->cpus_to, change->bytes_from,
        change->bytes_to, change->reason,    change->took_ns,
    };
    add(&counters->change_sequence, 1);
    atomic_thread_fence(memory_order_release);
    for (unsigned i = 0; i < SNUG_CHANGE_WORDS; i++)
        atomic_store_explicit(&counters->change[i], words[i], memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->change_sequence, 1, memory_order_release);
}

void snug_counters_set_measured(const struct snug_measured *measured)
{
    struct snug_counters *counters = find();
    const uint64_t words[SNUG_MEASURED_WORDS] = {
        measured->target_bytes,
        measured->others_bytes,
        measured->reserve_bytes,
        measured->limit_bytes,
    };
    for (unsigned i = 0; i < SNUG_MEASURED_WORDS; i++)
        atomic_store_explicit(&counters->measured[i], words[i], memory_order_relaxed);
}

void snug_counters_set_chosen(const struct snug_chosen *chosen)
{
    static const char version[] = SNUG_VERSION;
    own.chosen = *chosen;
    for (size_t i = 0; i < sizeof version && i + 1 < sizeof own.chosen.version; i++)
        own.chosen.version[i] = version[i];
}

const struct snug_counters *snug_counters_prepare(uint32_t pid, uint64_t namespace,
                                                  uint64_t start_ticks)
{
    own.head = (struct snug_counters_head){
        .magic = SNUG_COUNTERS_MAGIC,
        .layout = SNUG_COUNTERS_LAYOUT,
        .n_bytes = sizeof own,
        .n_counters = SNUG_N_COUNTERS,
        .pid = pid,
        .namespace = namespace,
        .start_ticks = start_ticks,
    };
    return &own;
}

void snug_counters_move(struct snug_counters *to)
{
    atomic_store_explicit(&shared, to, memory_order_release);
}

const struct snug_counters *snug_counters_read(void)
{
    return find();
}
