/* SPDX-License-Identifier: LGPL-2.1-or-later
 * span.align: large mappings at addresses that are a multiple of the policy's size. The
 * length stays what the caller asked for, in whole pages, so the caller's munmap leaves
 * nothing behind.
 */
#pragma once

#include <stddef.h>

/* A new anonymous private read-write mapping, in whole pages, and nothing else; NULL if the
 * kernel has no room for it, then nothing is left. `align_bytes` and `page_bytes` are
 * powers of two, the first not below the second. Leaves errno alone. */
void *snug_align_map(size_t n_bytes, size_t align_bytes, size_t page_bytes);
