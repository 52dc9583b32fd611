/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug explain`.
 */
#pragma once

/* Returns the exit status. */
int snug_explain_main(char *const *argv);
