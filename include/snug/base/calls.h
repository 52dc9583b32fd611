/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers of system calls on the architecture that snug is built for, and the names of
 * those that a Go program, libc below it, and snug need.
 */
#pragma once

#include "snug/base/text.h"

/* Above all that any architecture has. */
enum { SNUG_CALLS_NUMBERS = 1024 };

/* Whether there is such a call; not if it is newer than snug. */
bool snug_calls_has(uint64_t number);

/* Whether there is a call with a higher number: this one is no call of this kernel or of
 * another. */
bool snug_calls_is_below_last(uint64_t number);

/* Appends the name; the number, if plan/needs.c does not have this call. */
void snug_calls_put_name(struct snug_builder *out, uint64_t number);

/* Appends `mmap (9)`. */
void snug_calls_put(struct snug_builder *out, uint64_t number);

/* "amd64" or "arm64". */
const char *snug_calls_architecture(void);
