/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The row of the program.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/subject/subject.h"

void snug_explain_program_write_text(const struct snug_subject *subject, FILE *out);
