/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug copy`.
 */
#pragma once

/* Returns the exit status. */
int snug_copy_main(char *const *argv);
