/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counters for people and for programs.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "snug/cli/subject/snapshot.h"

/* Counters that are 0 only if `is_all`. `before` may be NULL; else what has been added
 * since then is shown too. */
void snug_stat_text_write(const struct snug_snapshot *snapshot,
                          const struct snug_snapshot *before, bool is_all, FILE *out);

/* One JSON document. */
void snug_stat_text_write_json(const struct snug_snapshot *snapshots, size_t n, FILE *out);
