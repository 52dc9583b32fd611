/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looking at a seccomp filter before the program loads it, and, if asked, making it
 * harmless. Takes no lock and allocates nothing.
 */
#pragma once

#include "snug/base/log.h"
#include "snug/plan/plan.h"

/* Once, before any filter: what to do, and where lines go. */
void snug_guard_arm(const struct snug_seccomp_plan *plan, const struct snug_log *log);

/* Logs what the filter would refuse. `program` is the struct sock_fprog of the program's
 * call, at any address. Returns what to load in its place: that, or a copy which lives
 * until snug_guard_end is called with `*ret_turn`. */
const void *snug_guard_begin(const void *program, int *ret_turn);
void snug_guard_end(int turn);
