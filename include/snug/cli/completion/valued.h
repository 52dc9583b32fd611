/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Options by what their value is, for those who write completions.
 */
#pragma once

#include <stdio.h>

/* Writes `PREFIX` and the name of each option, of any command, whose value is called by one
 * of `kinds`, which ends with NULL; each once, parted by `separator`. */
void snug_valued_write(const char *const *kinds, const char *prefix, const char *separator,
                       FILE *out);

/* What names files, and what names processes. */
extern const char *const snug_valued_files[];
extern const char *const snug_valued_pids[];
