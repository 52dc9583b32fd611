/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Opening by a name that somebody else may have given to a device. To open one may do
 * something to it: a watchdog starts to count, a tape rewinds. To open a file breaks a
 * lease that somebody holds on it.
 */
#pragma once

/* Finds a file without opening it, looks what it is, and opens that same one for reading
 * with SNUG_FILE_OPEN_FLAGS. `find` opens below `top` with the flags of openat(2), as
 * snug_sys_openat does. Returns a descriptor of a regular file or of a directory. One of
 * anything else is not open: fstat says what it is, a read fails with EBADF. -ELOOP for a
 * link that `find` does not follow, -EAGAIN for a file with a lease, see leases.h, -ESTALE
 * for a name that changed meanwhile; else what `find` and open say. */
long snug_regular_open(int top, const char *path,
                       long (*find)(int top, const char *path, int flags));
