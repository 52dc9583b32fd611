/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The anonymous mappings of C code: which they are, and what span.align does with them.
 * The Go runtime's own are left as they are.
 *
 * From any thread at any time. All leave errno alone.
 */
#pragma once

#include <linux/mman.h>
#include <stdbool.h>

#include "snug/plan/plan.h"

/* Once. Does nothing if the plan wants nothing. `page_bytes` is the kernel's page. */
void snug_ranges_arm(const struct snug_range_plan *plan, size_t page_bytes);

/* Whether mmap is asked for new memory at any address, private, readable and writable, and
 * of no other property. */
static inline bool snug_ranges_match(const void *at, int prot, int flags, int fd,
                                     long offset)
{
    return !at && prot == (PROT_READ | PROT_WRITE) &&
           flags == (MAP_PRIVATE | MAP_ANONYMOUS) && fd == -1 && !offset;
}

/* What such a call of C code is to return: an aligned range. NULL: the kernel is to
 * choose. */
void *snug_ranges_make(size_t n_bytes);
