/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counters in the text format of OpenMetrics 1.0, for a collector.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "snug/cli/subject/snapshot.h"

/* One document, with the labels `pid` and `page` on each sample. */
void snug_openmetrics_write(const struct snug_snapshot *snapshots, size_t n, FILE *out);
