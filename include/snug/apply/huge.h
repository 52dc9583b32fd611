/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Huge pages for the heap, within a budget.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* How much of the heap may be advised from now on, what was advised before included; 0 for
 * nothing more. From any thread. */
void snug_huge_set_budget(uint64_t bytes);

/* The heap has grown by this new mapping, in whole chunks: advises what the budget allows
 * of it and leaves the rest as it is. From any thread. */
void snug_huge_advise(void *at, size_t n_bytes);
