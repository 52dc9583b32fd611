/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What can stand in for the live system: a directory, or another process as seen from here.
 */
#pragma once

#include "snug/base/file.h"

/* The tree below `fd`, an O_PATH descriptor of a directory, which stays the caller's. No
 * link leads out of it, and its devices are not opened: -EINVAL. */
struct snug_root snug_root_below(int fd);

/* The files that process `pid` sees. Its own tree is as little trusted as a directory; what
 * /sys says of devices is the live system's. */
struct snug_root snug_root_of_process(int pid);
