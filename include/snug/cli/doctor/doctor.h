/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command `snug doctor`.
 */
#pragma once

/* Returns the exit status. */
int snug_doctor_main(char *const *argv);
