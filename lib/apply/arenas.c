/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of arenas: open addressing, one word an arena with a bit for each chunk, so
 * that every change is one atomic operation. An arena that was given back keeps its place,
 * for somebody may just be looking at it.
 */
#include "snug/apply/arenas.h"

#include <stdatomic.h>
#include <stdint.h>

enum { CHUNKS = SNUG_ARENAS_ARENA_BYTES / SNUG_ARENAS_CHUNK_BYTES, PROBES = 64 };

enum what { ADD, REMOVE, HAVE };

/* The arena's number, and below it the bits of its chunks. 0: free. */
static _Atomic uint64_t table[SNUG_ARENAS_MAX];

static _Atomic uint64_t *find(uint64_t arena, bool makes)
{
    for (unsigned i = 0; i < PROBES; i++) {
        _Atomic uint64_t *entry = &table[(arena + i) % SNUG_ARENAS_MAX];
        uint64_t word = atomic_load_explicit(entry, memory_order_relaxed);
        if (!word &&
            (!makes || atomic_compare_exchange_strong(entry, &word, arena << CHUNKS)))
            return makes ? entry : NULL;
        if (word >> CHUNKS == arena)
            return entry;
    }
    return NULL;
}

/* The chunks from `first` up to `end`, by number. False if one of them has no place in the
 * table, or is not to be had. */
static bool visit(uint64_t first, uint64_t end, enum what what)
{
    bool ret = true;
    while (first < end) {
        const uint64_t arena = first / CHUNKS;
        const uint64_t next = (arena + 1) * CHUNKS < end ? (arena + 1) * CHUNKS : end;
        const uint64_t bits = (((uint64_t)1 << (next - first)) - 1) << first % CHUNKS;
        _Atomic uint64_t *entry = find(arena, what == ADD);
        if (entry && what == ADD)
            atomic_fetch_or(entry, bits);
        else if (entry && what == REMOVE)
            atomic_fetch_and(entry, ~bits);
        else if (!entry || (atomic_load(entry) & bits) != bits)
            ret = false;
        if (!ret && what == HAVE)
            break;
        first = next;
    }
    return ret;
}

bool snug_arenas_add(const void *at, size_t n_bytes)
{
    const uint64_t first =
        ((uintptr_t)at + SNUG_ARENAS_CHUNK_BYTES - 1) / SNUG_ARENAS_CHUNK_BYTES;
    const uint64_t end = ((uintptr_t)at + n_bytes) / SNUG_ARENAS_CHUNK_BYTES;
    return n_bytes <= SNUG_ARENAS_MOST_BYTES && visit(first, end, ADD);
}

void snug_arenas_remove(const void *at, size_t n_bytes)
{
    const uint64_t first = (uintptr_t)at / SNUG_ARENAS_CHUNK_BYTES;
    const uint64_t end =
        ((uintptr_t)at + n_bytes + SNUG_ARENAS_CHUNK_BYTES - 1) / SNUG_ARENAS_CHUNK_BYTES;
    (void)visit(first, end, REMOVE); /* What is not there need not go. */
}

bool snug_arenas_have(const void *at, size_t n_bytes)
{
    const uint64_t first = (uintptr_t)at / SNUG_ARENAS_CHUNK_BYTES;
    const uint64_t n = n_bytes / SNUG_ARENAS_CHUNK_BYTES;
    return n && ((uintptr_t)at | n_bytes) % SNUG_ARENAS_CHUNK_BYTES == 0 &&
           visit(first, first + n, HAVE);
}
