/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The descriptors of the process that only waits.
 */
#pragma once

/* Closes all but standard error and `kept`, which is above it or -1, and puts /dev/null in
 * the place of standard input and output; where there is none they are closed too. */
void snug_descriptors_give_up(int kept);
