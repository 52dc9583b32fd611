/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Serves metrics to whoever connects, until a signal ends it.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/stat/endpoint.h"

/* Writes the metrics of now. */
typedef void snug_server_write(const void *context, bool is_classic, FILE *out);

/* Returns -errno only if it cannot go on. SIGHUP, SIGINT, SIGQUIT and SIGTERM end the
 * program, with the endpoint closed. A client that is slow is dropped after ten seconds, or
 * after one where all places are taken: so long may others wait. */
int snug_server_run(const struct snug_endpoint *endpoint, snug_server_write *write,
                    const void *context);
