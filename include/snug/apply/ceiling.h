/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An honest end: growth of the heap that would pass the memory limit is refused, so that Go
 * ends with its own message and stacks instead of being killed.
 */
#pragma once

#include <stdbool.h>

#include "snug/base/log.h"
#include "snug/facts/facts.h"

/* Once, at the start. `limit` is the limit that was found: its file is read again whenever
 * growth is judged, and the use is measured of the cgroup that the file is of. Lines go to
 * `log`'s file, to standard error if there is none, whatever its level: who asks for the
 * guard asks for the line. Its path must live for ever. */
void snug_ceiling_arm(const struct snug_bytes *limit, const struct snug_log *log);

/* The limit that was found now, which may be another cgroup's; NULL for none. One that is
 * unknown changes nothing; nor does any if it was never armed. From one thread. */
void snug_ceiling_follow(const struct snug_bytes *limit);

/* Whether the heap may grow by so much. If not, a line says so, once. From any thread;
 * leaves errno alone. */
bool snug_ceiling_allows(size_t n_bytes);
