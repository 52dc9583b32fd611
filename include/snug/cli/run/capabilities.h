/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The capabilities of the process that only waits.
 */
#pragma once

/* Gives up all but the right to signal other users' processes, and the bounding set. Other
 * processes keep theirs. 0 or -errno. */
int snug_capabilities_drop(void);
