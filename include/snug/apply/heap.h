/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The Go heap as the hooks see it: reservations, growth inside them, and their end. Only
 * called if the plan says watches_heap, and for what the runtime itself maps: C allocators
 * reserve and commit in the same shapes. Neither length, address nor protection of what the
 * runtime asks for is ever changed.
 */
#pragma once

#include "snug/base/log.h"
#include "snug/plan/plan.h"

/* Once, at the start. `plan` must live for ever, and the log's path. */
void snug_heap_arm(const struct snug_facts *facts, const struct snug_plan *plan,
                   const struct snug_log *log);

/* The limits were read again, and the plan was made of them: what growth may not pass from
 * now on, how much of it may be advised, and where it goes. A guard that the start did not
 * arm stays off. From one thread. */
void snug_heap_adjust(const struct snug_facts *facts, const struct snug_plan *plan);

/* A seccomp filter is about to be loaded, which may kill for a call that Go never makes: no
 * such call is made any more. */
void snug_heap_see_filter(void);

/* Whether this mapping may be made; if not, the answer is ENOMEM. Leaves errno alone. */
bool snug_heap_allows(const void *at, size_t n_bytes, int prot, int flags);

/* This mapping has been made, and the kernel put it at `at`. Leaves errno alone. */
void snug_heap_see_mapping(void *at, size_t n_bytes, int prot, int flags);

/* This range is about to be unmapped: before the call, since afterwards another thread may
 * have got the same addresses. */
void snug_heap_see_unmapping(const void *at, size_t n_bytes);
