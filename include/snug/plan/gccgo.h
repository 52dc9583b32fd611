/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Programs of gccgo, whose runtime is another one.
 */
#pragma once

#include "snug/plan/plan.h"

/* For a plan that forgoes everything: if the program is one of gccgo's and snug is not
 * switched off, decides the CPUs and GOMAXPROCS, and why there is nothing else. With
 * scope = all the object is at work in it, which takes back what it does not know. */
void snug_gccgo_plan(const struct snug_facts *facts, const struct snug_policy *policy,
                     uint64_t request_milli, struct snug_plan *ret);
