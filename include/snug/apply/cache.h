/* SPDX-License-Identifier: LGPL-2.1-or-later
 * span.cache: ranges that C code unmapped and gets again. A *range* is an anonymous private
 * read-write mapping of at most 1 MiB; it is *handed out* while the program has it and
 * *kept* once the program has unmapped it.
 *
 * All of these from any thread and any signal handler at any time. They leave errno alone.
 * Nothing waits for another thread, but for the one case named at snug_cache_forget.
 */
#pragma once

#include "snug/plan/plan.h"

/* Once. `page_bytes` is the kernel's page. */
void snug_cache_arm(const struct snug_range_plan *plan, size_t page_bytes);

/* The bounds are others now, as after a live resize. What is kept is given back if they are
 * narrower. Does not arm, and starts nothing that was stopped. */
void snug_cache_adjust(const struct snug_range_plan *plan);

/* Whether anything was armed. While it is not, none of the rest need be called. */
bool snug_cache_is_armed(void);

/* For good: gives back what is kept, and keeps nothing more. */
void snug_cache_stop(void);

/* A kept range of that length, every byte zero, which is now handed out; NULL if there is
 * none. */
void *snug_cache_take(size_t n_bytes);

/* The kernel has just mapped this. What the table says of the addresses is of the past. If
 * `is_range`, it is handed out from now on: a whole mapping, anonymous, private, readable
 * and writable, of no other property. */
void snug_cache_record(const void *at, size_t n_bytes, bool is_range);

/* The program unmaps this: true if it was exactly a range that is handed out, and is kept.
 * If false, nothing that overlaps it is kept or handed out any more, and the caller has to
 * unmap it. */
bool snug_cache_keep(void *at, size_t n_bytes);

/* The program does something to these addresses, so that what is handed out there is no
 * mere range any more, and what is kept there has to be unmapped as the program believes it
 * is. If another thread is about to give back a range there to make room, waits for that,
 * though not for long. */
void snug_cache_forget(const void *at, size_t n_bytes);

/* Gives back all that is kept. True if there was anything. */
bool snug_cache_release(void);

/* Bytes that are kept, for tests. */
uint64_t snug_cache_kept_bytes(void);
