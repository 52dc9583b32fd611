/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Record locks of POSIX: whoever closes any descriptor of a file gives up all that the
 * process holds on it.
 */
#pragma once

#include <stdbool.h>

/* Whether this process holds a lock by fcntl(2) or lockf(3) on the file of that path, by
 * /proc/locks. Files with the same inode on other file systems count too, for that file
 * names devices otherwise than stat(2). False if it cannot be known, or the path leads to
 * no regular file. Gives up no lock. */
bool snug_locks_hold(const char *path);
