/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The address space that the Go runtime has reserved for its heap. An *arena* is 64 MiB,
 * aligned; the heap grows in *chunks* of 4 MiB inside what was reserved before. The
 * runtime's tables are reserved in the same way and are in here too; they grow by pages,
 * never by chunks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    SNUG_ARENAS_MAX = 8192, /* That is a heap of 512 GiB. */
    SNUG_ARENAS_CHUNK_BYTES = 4 << 20,
    SNUG_ARENAS_ARENA_BYTES = 64 << 20,
};

/* No single reservation may fill the table. */
#define SNUG_ARENAS_MOST_BYTES ((size_t)SNUG_ARENAS_MAX / 2 * SNUG_ARENAS_ARENA_BYTES)

/* All of these from any thread at any time; they never wait. Whoever owns an address range
 * tells of it, so no two threads ever tell of the same chunk at a time. */

/* A reservation has been made; chunks that it does not cover wholly do not count. False if
 * not all of it has a place in the table. */
bool snug_arenas_add(const void *at, size_t n_bytes);

/* The range is about to be unmapped, whatever it is. */
void snug_arenas_remove(const void *at, size_t n_bytes);

/* Whether it is one chunk or more, whole, and all reserved. */
bool snug_arenas_have(const void *at, size_t n_bytes);
