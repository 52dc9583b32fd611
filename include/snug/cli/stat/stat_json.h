/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A census for programs.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/stat/census.h"

/* One JSON document. */
void snug_stat_json_write(const struct snug_census *census, FILE *out);
