/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is planned for a process's threads, its children and its later life, in words and as
 * JSON.
 */
#pragma once

#include "snug/cli/command/json.h"
#include "snug/plan/plan.h"

/* Rows for what differs from the defaults. */
void snug_explain_process_write_text(const struct snug_plan *plan, FILE *out);

/* The objects `threads`, `children` and `follow`. */
void snug_explain_process_write_json(const struct snug_plan *plan, struct snug_json *json);
