/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Of a plan only what is not as it would be without snug.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/subject/subject.h"

/* A row for each, with its reason; one row if there is none. Then the notes. */
void snug_explain_diff_write_text(const struct snug_subject *subject, FILE *out);
