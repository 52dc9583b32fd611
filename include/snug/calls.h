/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of the system calls of the architecture that snug is built for.
 */
#pragma once

#include "snug/text.h"

/* Written at build time by make_calls: a name for each number from 0 on, each ended by a 0,
 * empty where there is no such call. */
extern const char snug_calls_names[];
extern const unsigned snug_calls_n_names;

/* Its name; {NULL, 0} if the number is none of this architecture's, or newer than the
 * table. */
struct snug_text snug_calls_name(uint64_t number);

/* Appends `mmap (9)`, or the number alone. */
void snug_calls_put(struct snug_builder *out, uint64_t number);

/* "amd64" or "arm64". */
const char *snug_calls_architecture(void);
