/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug capture`.
 */
#pragma once

/* Returns the exit status. */
int snug_capture_main(char *const *argv);
