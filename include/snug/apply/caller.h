/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Telling the Go runtime's mappings from those of C code in the same image, by the place
 * that calls mmap. The runtime of a cgo program has one such place (x_cgo_mmap), and is
 * known by what it maps from there first of all: SNUG_CALLER_STEPS mappings in a row that
 * are the same in Go 1.17 to 1.27. C code that makes one of them is not taken for it.
 *
 * From any thread at any time. All leave errno alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SNUG_CALLER_STEPS = 3 };

/* Once. `low` and `high` bound the image that the Go runtime is in; both NULL if the
 * program has none. */
void snug_caller_arm(const void *low, const void *high);

/* `caller` is about to make this mapping: to be called for each. True if with it the
 * runtime is known, which is once. Before anything is armed it may be true for a runtime in
 * any object, and more than once. */
bool snug_caller_see_mapping(const void *caller, const void *at, size_t n_bytes, int prot,
                             int flags);

/* Whether the runtime is known. Then it stays so. */
bool snug_caller_is_known(void);

/* Whether the runtime is known and this is its place. The runtime's first
 * SNUG_CALLER_STEPS - 1 mappings, none of which is of its heap, come before it is known. */
bool snug_caller_is_runtime(const void *caller);

/* Whether this may be the runtime's place: a call from its image, unless it is known to
 * come from elsewhere. */
bool snug_caller_may_be_runtime(const void *caller);
