/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What becomes of the anonymous mappings of C code, in `snug explain`.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/command/json.h"
#include "snug/plan/plan.h"

/* Rows of the plan, for what is asked for. */
void snug_explain_ranges_write_text(const struct snug_range_plan *plan, FILE *out);

/* Members of the plan. */
void snug_explain_ranges_write_json(const struct snug_range_plan *plan,
                                    struct snug_json *json);
