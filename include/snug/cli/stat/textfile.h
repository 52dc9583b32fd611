/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A file for a collector that reads at any moment: it is there whole, or as it was before.
 */
#pragma once

#include "snug/cli/stat/census.h"

/* Writes the census in Prometheus's text format, readable for all. A regular file that has
 * the name is replaced. -EEXIST if anything else has it but a directory (-EISDIR): that
 * stays. Else -errno. */
int snug_textfile_write(const struct snug_census *census, const char *path);
