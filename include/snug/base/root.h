/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What can stand in for the live system: a directory, or another process as seen from here.
 */
#pragma once

#include "snug/base/file.h"

/* The tree below `fd`, an O_PATH descriptor of a directory, which stays the caller's. No
 * link leads out of it. Only its files and directories are opened. A descriptor of anything
 * else says by fstat what it is; a read of it fails with EBADF. */
struct snug_root snug_root_below(int fd);

/* The files that process `pid` sees. Its own tree is as little trusted as a directory. What
 * is the kernel's comes from the live system. */
struct snug_root snug_root_of_process(int pid);

/* The same for what is not the kernel's, in two steps: who may look there enters, with the
 * rights of now, and whoever he then is opens. The first returns a descriptor of the
 * process's root directory, or -errno. */
int snug_root_enter(int pid);
long snug_root_open_theirs(const struct snug_root *root, int top, const char *path);

/* Whether the path is one of those: a file in /proc/self that is read here, which is then
 * the process's, or one of the machine's, which is the same for all, below
 * /sys/devices/system. A path that a process has named may say
 * `/proc/self/fd/3` or `..`, and is none. */
bool snug_root_is_kernels(const char *path);

/* The users whose files that process trusts: the effective one of now, and the superuser of
 * its namespace; SNUG_ROOT_NOBODY if there is none, or nobody may ask. */
enum { SNUG_ROOT_NOBODY = -1 };
struct snug_owners snug_root_owners(const struct snug_root *process);
