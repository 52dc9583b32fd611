/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether a Go program writes an execution trace, by package runtime/trace, into a file.
 */
#pragma once

#include "snug/base/file.h"

struct snug_tracing {
    bool has_file; /* One that begins as a trace does is open for writing. */
};

/* Of the root's process, which runs here. Opens no file but regular ones. Cannot fail: what
 * may not be seen, or goes to a connection, is not found. */
void snug_tracing_read(const struct snug_root *root, struct snug_tracing *ret);
