/* SPDX-License-Identifier: LGPL-2.1-or-later
 * stats.file: the counters as a page that others can read.
 */
#pragma once

#include "snug/plan/plan.h"

/* Once, at the start. Makes the file that `pattern`, an absolute path, names (`%p` is the
 * process id, `%%` a percent sign) and counts there from now on. In place of an older one
 * of ours in which nobody counts any more. Those of the same pattern in that directory
 * are removed, of the first 64 KiB of names; nothing else is touched. The page tells what
 * of `plan` Go sees. Returns 0 or -errno, and then the counters stay where they were:
 * -EEXIST      what has that name is not ours to replace
 * -EBUSY       another process counts there
 * -EMEDIUMTYPE the directory is not on a file system in memory (tmpfs)
 * -EFBIG       the process may not write files so large (RLIMIT_FSIZE)
 * -ENOSPC      the file system is full
 * and what the kernel says to open, write and mmap. */
int snug_statsfile_open(const char *pattern, const struct snug_plan *plan);
