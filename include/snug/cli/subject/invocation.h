/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a command line starts in the end: not the script but its interpreter, not the loader
 * but its program.
 */
#pragma once

#include "snug/cli/subject/executable.h"

/* Follows from the file that stands for `command[0]`; `command` ends with NULL. Files are
 * looked for below the root, names without a leading slash from `directory` on, NULL for
 * the caller's own. -errno if what is started in the end cannot be found. */
int snug_invocation_follow(const struct snug_root *root, const char *directory,
                           char *const *command, struct snug_executable *executable);
