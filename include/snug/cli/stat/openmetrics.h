/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A census for a collector.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/stat/census.h"

/* One document. What snug has counted has the labels `pid` and `page`, what the kernel says
 * of a process `pid` and `name`, and of a cgroup `cgroup`. `is_classic`: in Prometheus's
 * text format, which node_exporter reads, and not in that of OpenMetrics 1.0. */
void snug_openmetrics_write(const struct snug_census *census, bool is_classic, FILE *out);
