/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Opening files in directories that others may write to, as /tmp is.
 */
#pragma once

enum { SNUG_LINKS_MODE = 0644 };

/* Opens as openat does, with this mode if the flags have O_CREAT, but follows a symbolic
 * link at the path's end only if root or the process's user owns it: so that nobody else
 * chooses the file. The directories of the path are trusted. Returns a descriptor of at
 * least 3, or -errno: -EACCES for somebody else's link. */
int snug_links_open(const char *path, int flags);
