/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GOMAXPROCS of a running program.
 */
#pragma once

#include "snug/facts/module.h"
#include "snug/plan/plan.h"

/* Finds the way to call it; `module` is NULL if there is none. On a thread of the
 * program's that still has its own name, once. NULL, or what is missing. */
const char *snug_procs_find(const struct snug_elf *image, const struct snug_module *module,
                            const struct snug_facts *facts, const struct snug_plan *plan);

/* Sets it if it is not what is planned. True if it was, which is once for each change. Waits
 * at most a tenth of a second for a thread that runs Go: a call that takes longer comes when
 * it may, and there is no other meanwhile. */
bool snug_procs_apply(const struct snug_facts *facts, const struct snug_cpu_plan *cpu);
