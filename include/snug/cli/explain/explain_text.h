/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A subject for people.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/subject/subject.h"

/* `is_all`: every policy key, not only those that are set. */
void snug_explain_text_write(const struct snug_subject *subject, bool is_all, FILE *out);
