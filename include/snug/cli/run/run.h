/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug run`.
 */
#pragma once

/* Returns the exit status. */
int snug_run_main(char *const *argv);
