/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the hook of syscall(2) has to know of the start window.
 */
#pragma once

/* The window may have been opened: the next syscall(2) closes it. On any thread. */
void snug_syscall_see_window(void);
