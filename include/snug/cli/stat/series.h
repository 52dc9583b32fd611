/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The kernel's figures with the names that programs read them by, in JSON and as metrics.
 * The names stay: dashboards depend on them.
 */
#pragma once

#include "snug/cli/command/json.h"
#include "snug/cli/stat/census.h"
#include "snug/cli/stat/exposition.h"

/* All families of processes and cgroups. */
void snug_series_write(struct snug_exposition *to, const struct snug_census *census);

/* The member `kernel` of a process; null if it was not asked. */
void snug_series_write_process_json(struct snug_json *json,
                                    const struct snug_census *census,
                                    const struct snug_observed *of);

/* The members `cpu` and `memory`: arrays of cgroups. */
void snug_series_write_groups_json(struct snug_json *json,
                                   const struct snug_census *census);
