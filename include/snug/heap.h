/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The Go heap as the hooks see it: reservations, growth inside them, and their end. Only
 * called if the plan says watches_heap. Neither length, address nor protection of what the
 * runtime asks for is ever changed.
 */
#pragma once

#include "snug/plan.h"

/* Once, at the start. `plan` must live for ever. */
void snug_heap_arm(const struct snug_facts *facts, const struct snug_plan *plan);

/* A seccomp filter is about to be loaded, which may kill for a call that Go never makes: no
 * such call is made any more. */
void snug_heap_see_filter(void);

/* This mapping has been made, and the kernel put it at `at`. Leaves errno alone. */
void snug_heap_see_mapping(void *at, size_t n_bytes, int prot, int flags);

/* This range is about to be unmapped: before the call, since afterwards another thread may
 * have got the same addresses. */
void snug_heap_see_unmapping(const void *at, size_t n_bytes);
