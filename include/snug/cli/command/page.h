/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Labelled rows on a terminal.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "snug/cli/command/tone.h"
#include "snug/plan/reason.h"

/* Writes `text` and a newline; control characters, and bytes that are no UTF-8, as `?`. */
void snug_page_write_line(FILE *out, const char *text);

/* `snug: ` and the rest as above, to standard error. */
void snug_page_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes `label`, then `text` broken at spaces to 92 columns, each further line indented
 * like the first. Only a single long word, such as a path, sticks out. What is no
 * plain character becomes `?`: texts hold what came from files. */
void snug_page_write_row(FILE *out, const char *label, const char *text);

/* The same, with the first word of `text` in that tone. */
void snug_page_write_toned(FILE *out, const char *label, enum snug_tone tone,
                           const char *text);

/* A line of its own above the rows that belong to it, behind an empty one where
 * `is_first` is false. */
void snug_page_write_heading(FILE *out, const char *text, bool is_first);

/* The row of a decision: `WHAT: the reason in words`. */
void snug_page_write_decision(FILE *out, const char *label, const char *what,
                              enum snug_reason reason);
