/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which system calls the subject's program needs.
 */
#pragma once

#include "snug/cli/subject/subject.h"
#include "snug/plan/needs.h"

/* Who makes calls in it, from its first instruction on: of enum snug_needs_who. The plan is
 * made. */
unsigned snug_needed_who(const struct snug_subject *subject);

/* In words: "this Go release, libc and snug"; NULL if nobody knows the needs of such a
 * program. */
const char *snug_needed_words(const struct snug_subject *subject);
