/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug stat`.
 */
#pragma once

/* Returns the exit status. */
int snug_stat_main(char *const *argv);
