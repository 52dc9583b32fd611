/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which process this is, so that others can tell it from one that has its id later.
 */
#pragma once

#include "snug/facts/tie.h"

/* This process, and `signal` with it. */
struct snug_tie snug_identity_own(unsigned signal);

/* The start time of process `pid` of this namespace; 0 if there is none, or it has ended.
 */
uint64_t snug_identity_ticks_of(int pid);

/* The start time and the group of process `pid` of this namespace; both 0 as above. */
void snug_identity_look_at(int pid, struct snug_tie *ret);
