/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A memory limit that is wanted and not yet enforced.
 */
#pragma once

#include "snug/facts/facts.h"

/* The bytes that the file says, if they are worth aiming at: fewer than `limit_bytes`, and
 * not less than a fifth of them. 0 for anything else: no such file, somebody else's
 * symbolic link, no regular file, empty, no plain number. */
uint64_t snug_announced_read(const struct snug_root *root, const char *path,
                             uint64_t limit_bytes);

/* Sets `announced_bytes` from that file, or to 0 where `path` is NULL or no limit is known:
 * at each look anew. */
void snug_announced_see(const struct snug_root *root, const char *path,
                        struct snug_memory_facts *memory);
