/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Leases on files, fcntl(2): who holds one to write is sent a signal, by default one that
 * kills, as soon as somebody else opens the file, if only to read.
 */
#pragma once

#include <stdbool.h>

/* Whether somebody holds a lease on the descriptor's file that an open for reading would
 * break; the descriptor may be one of O_PATH. By /proc/locks, where another file of the
 * same inode may be taken for it, and where leases of processes that are not seen from here
 * are missing. False also where nothing is told. */
bool snug_leases_hold(int fd);

/* Whether there is such a list, or the kernel has no leases. */
bool snug_leases_are_told(void);
