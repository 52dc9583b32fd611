/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two places that are written in turn, the newer one by its number. A reader that was so
 * slow that its place may have been written again begins anew, and each time that happens
 * the writer got on: nobody waits.
 */
#include <stdatomic.h>
#include <stddef.h>

#include "snug/apply/view.h"

enum { N_WORDS = sizeof(struct snug_view) / sizeof(uint64_t) };

_Static_assert(sizeof(struct snug_view) % sizeof(uint64_t) == 0, "it is copied by words");

static _Atomic unsigned number; /* Of the newest view, 0 before the first. */
static _Atomic uint64_t place[2][N_WORDS];

void snug_view_show(const struct snug_plan *plan)
{
    union {
        struct snug_view view;
        uint64_t word[N_WORDS];
    } now = {
        .view = {.shows_cpus = plan->cpu.is_shown,
                 .count = plan->cpu.count,
                 .cpus = plan->cpu.presented,
                 .shows_memory = plan->memory.is_presented,
                 .memory_bytes = plan->memory.present_bytes},
    };
    const unsigned next = atomic_load_explicit(&number, memory_order_relaxed) + 1;
    /* A reader that sees one of these words sees the number that was before them, too. */
    atomic_thread_fence(memory_order_release);
    for (unsigned i = 0; i < N_WORDS; i++)
        atomic_store_explicit(&place[next % 2][i], now.word[i], memory_order_relaxed);
    atomic_store_explicit(&number, next, memory_order_release);
}

bool snug_view_read(struct snug_view *ret)
{
    unsigned before;
    unsigned after = atomic_load_explicit(&number, memory_order_acquire);
    do {
        before = after;
        if (!before)
            return false;
        for (unsigned i = 0; i < N_WORDS; i++) {
            const uint64_t word =
                atomic_load_explicit(&place[before % 2][i], memory_order_relaxed);
            __builtin_memcpy((char *)ret + i * sizeof word, &word, sizeof word);
        }
        atomic_thread_fence(memory_order_acquire);
        after = atomic_load_explicit(&number, memory_order_acquire);
    } while (after != before);
    return true;
}

/* What stands in the first word. */
union head {
    uint64_t word;
    struct {
        bool shows_cpus;
        unsigned count;
    } view;
};

_Static_assert(sizeof(union head) == sizeof(uint64_t), "it is one word");
_Static_assert(offsetof(struct snug_view, count) == offsetof(union head, view.count),
               "the count is in it");

static union head read_head(void)
{
    const unsigned now = atomic_load_explicit(&number, memory_order_acquire);
    /* If the place is written meanwhile, then by a view that is newer still. Before the
     * first there are zeroes. */
    return (union head){.word =
                            atomic_load_explicit(&place[now % 2][0], memory_order_relaxed)};
}

bool snug_view_shows_cpus(void)
{
    return read_head().view.shows_cpus;
}

unsigned snug_view_count(void)
{
    return read_head().view.count;
}
