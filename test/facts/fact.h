/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a program about one fact says, and how it ends.
 */
#pragma once

#include <stdbool.h>

/* Notes that the fact has moved, and says what was seen, unless `holds`. */
__attribute__((format(printf, 2, 3))) void fact_expect(bool holds, const char *format, ...);

/* Ends the program: the fact cannot be tried, or no further, for the machine lacks `what`.
 * What has moved until then has moved. */
_Noreturn void fact_lacks(const char *what);

/* The path of a new folder below TMPDIR, which goes when the program ends, with what is in
 * it. Called once. */
const char *fact_folder(void);

/* A name of this process's own for what lies elsewhere. By it minder.py knows what is left.
 */
const char *fact_name(void);

/* What main returns: 0 if the fact holds, 1 if it has moved. */
int fact_result(void);
