/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The once-only start of snug inside a process: facts, policy and plan, then the vector and
 * the window. Everything decided is decided anew in each process that is executed.
 */
#pragma once

#include "snug/plan/plan.h"

/* From a constructor, with the envp that the loader passed, or with libc's `environ` where
 * it passes none (musl). The first call counts, later ones and losers of a race return at
 * once. Never fails: in doubt nothing is changed. Leaves errno alone. */
void snug_start_run(char **envp);

/* From a hook that may be entered before any constructor ran: musl runs none at all for an
 * internally linked Go program. Starts with libc's `environ`, if this is the main thread
 * and it is still the start vector. */
void snug_start_late(void);

/* The plan if it is to be applied in this process, else NULL. From any thread. */
const struct snug_plan *snug_start_plan(void);

/* C code may have taken variables out of its environment. */
void snug_start_see_unset(void);

/* The program is about to load a seccomp filter, which snug's plan did not know: makes no
 * call from now on that the program does not make. */
void snug_start_see_filter(void);

/* Whether it has. From any thread. */
bool snug_start_is_filtered(void);

/* The start window's trigger; if the mask cannot be narrowed after all, GOMAXPROCS goes
 * into the vector instead, which the Go runtime reads a moment later. */
void snug_start_open_window(const void *caller);

/* `caller` is about to make this mapping: closes the window, and ends it if that is the
 * start of the runtime. */
void snug_start_see_mapping(const void *caller, const void *at, size_t n_bytes, int prot,
                            int flags);

/* Whether no mapping to come is of interest: the start is over, and nothing that the plan
 * wants watches mappings. Then it is so for good. From any thread. */
bool snug_start_is_settled(void);
