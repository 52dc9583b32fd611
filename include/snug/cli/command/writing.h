/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files that the command writes.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* Writes all `n` bytes, in as many calls as that takes. Returns 0 or -errno. */
int snug_writing_put(int fd, const void *bytes, size_t n);

/* Blocks what usually ends a program, and what a limit of file sizes does, while there is a
 * file that nobody else would take away. `ret_before` is the mask that was. */
void snug_writing_hold_signals(sigset_t *ret_before);

/* Whether one of those that end a program has come meanwhile: to be asked between writes,
 * which may take long. */
bool snug_writing_is_over(void);

/* Puts the mask back. The process ends there if one has come, but not for a limit of file
 * sizes, of which the write has told. */
void snug_writing_release_signals(const sigset_t *before);
