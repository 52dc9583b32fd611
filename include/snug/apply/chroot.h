/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether the program has gone into another root directory: what lies there may be
 * anybody's.
 */
#pragma once

#include <stdbool.h>

/* Remembers the root directory of now. To be called once, before the program's own code
 * runs. */
void snug_chroot_begin(void);

/* Whether the root directory is another one than at snug_chroot_begin, by chroot(2),
 * pivot_root(2) or setns(2). False if one of the two cannot be known. */
bool snug_chroot_is_past(void);
