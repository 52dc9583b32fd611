/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The memory limit of a running program: where the Go runtime keeps it, and what snug left
 * there.
 */
#pragma once

#include "snug/facts/module.h"
#include "snug/plan/plan.h"

/* Finds the word, once, when snug_pacer_find may be called; `module` is NULL if there is
 * none. NULL, or what is missing. */
const char *snug_aim_find(const struct snug_elf *image, const struct snug_module *module,
                          const struct snug_facts *facts, const struct snug_plan *plan);

/* What the runtime has mapped ready, and what its last collection found alive; 0 if that
 * cannot be told. */
uint64_t snug_aim_ready_bytes(void);
uint64_t snug_aim_live_bytes(void);

/* GOGC, negative for off. Only if the word was found. */
int64_t snug_aim_gogc(void);

/* Aims at what is planned. True if something was changed, with why. */
bool snug_aim_apply(const struct snug_memory_plan *memory, uint64_t page_bytes,
                    enum snug_reason *ret_reason);

/* What is aimed at, as it is told: above the plan where a floor is; 0 for no limit. */
uint64_t snug_aim_bytes(void);
