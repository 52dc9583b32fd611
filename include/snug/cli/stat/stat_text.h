/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A census for people.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/stat/census.h"

/* Counters of snug's that are 0 only if `is_all`. `before` is an earlier census, or NULL;
 * what has been added since then is shown too. */
void snug_stat_text_write(const struct snug_census *census,
                          const struct snug_census *before, bool is_all, FILE *out);

/* Of that the rows of a process's page alone. `before` is the process then, or NULL. */
void snug_stat_text_write_page(const struct snug_observed *of,
                               const struct snug_observed *before, bool is_all, FILE *out);
