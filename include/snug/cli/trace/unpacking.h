/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a packed program does before its runtime counts, and what it is by then.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether it may be a stub, a loader or the start of a runtime that makes this call. None
 * of them starts a process, waits for anything or speaks to anyone. */
bool snug_unpacking_calls(uint64_t number, uint64_t first_argument);

/* Whether the program, which the caller traces and which is stopped, is a Go program by its
 * memory. `ret_minor` is its release then: 22 of Go 1.22, 0 if it is not known. */
bool snug_unpacking_is_go(pid_t program, unsigned *ret_minor);
