/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug completion`.
 */
#pragma once

/* Returns the exit status. */
int snug_completion_main(char *const *argv);
