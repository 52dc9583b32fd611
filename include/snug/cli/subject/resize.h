/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The last change of a live resize, for people and for programs.
 */
#pragma once

#include "snug/cli/command/json.h"
#include "snug/cli/subject/snapshot.h"

/* In words; the number may come from a page, and be of a newer snug's. */
const char *snug_resize_words(uint64_t reason);

/* Appends `2 changes so far, the last at 2026-03-01T12:00:00Z: …`, or how many if that is
 * all that is known; nothing if there was none. */
void snug_resize_put(struct snug_builder *out, const struct snug_snapshot *snapshot);

/* Appends `target 230686720 bytes (220 MiB), others …`; nothing if nothing is measured. */
void snug_resize_put_measured(struct snug_builder *out,
                              const struct snug_snapshot *snapshot);

/* Writes the members `measured` and `resize`, each an object or null. */
void snug_resize_write_json(struct snug_json *json, const struct snug_snapshot *snapshot);
