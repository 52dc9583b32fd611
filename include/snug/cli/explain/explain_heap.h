/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is planned for the heap's memory, for people and as JSON.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/command/json.h"
#include "snug/plan/plan.h"

/* Rows for what is not at its default, or what the machine makes worth a row. */
void snug_explain_heap_write_text(const struct snug_facts *facts,
                                  const struct snug_plan *plan, FILE *out);

/* Members of the plan's object. */
void snug_explain_heap_write_json(struct snug_json *json, const struct snug_plan *plan);
