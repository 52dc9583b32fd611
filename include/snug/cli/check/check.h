/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug check`.
 */
#pragma once

/* Returns the exit status. */
int snug_check_main(char *const *argv);
