/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is known of a process's program, as lines of text: a captured tree holds these in
 * place of the program itself.
 */
#pragma once

#include "snug/cli/subject/subject.h"

#define SNUG_RECORD_PATH "/snug/program"

/* Behind snug_subject_find_program: the program, and the notes so far. */
void snug_record_put(struct snug_builder *out, const struct snug_subject *subject);

/* The same read back from the subject's root. 0; -ENOENT if it has none, or -errno. */
int snug_record_read(struct snug_subject *subject);
