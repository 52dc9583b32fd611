/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the kernel says, for people.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/stat/census.h"

/* The rows of a process; none if it was not asked. */
void snug_stat_kernel_write_process(const struct snug_census *census,
                                    const struct snug_observed *of, FILE *out);

/* Blocks of cgroups, each with an empty line in front. `before` as for
 * snug_stat_text_write.
 */
void snug_stat_kernel_write_groups(const struct snug_census *census,
                                   const struct snug_census *before, FILE *out);
