/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which signals snug's own threads take.
 */
#pragma once

/* On a thread of snug's, before anything else: the program's signals go to others. */
void snug_signals_block(void);
