/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A process that runs: the object in it, and the plan of its start beside that of now.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/command/json.h"
#include "snug/cli/subject/subject.h"

/* The block `Process`; nothing without a process. */
void snug_explain_start_write_text(const struct snug_subject *subject, FILE *out);

/* The member `process`, null without one. */
void snug_explain_start_write_json(const struct snug_subject *subject,
                                   struct snug_json *json);
