/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether the program has gone into another root directory: what lies there may be
 * anybody's.
 */
#pragma once

/* Remembers the root directory of now. To be called once, before the program's own code
 * runs. */
void snug_chroot_begin(void);

/* Whether the root directory is another one than at snug_chroot_begin: 1 if so, by
 * chroot(2), pivot_root(2) or setns(2); 0 if not, or if that one could not be known;
 * -errno if this one cannot be known, as without a descriptor that is free. */
int snug_chroot_compare(void);
