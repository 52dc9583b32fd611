/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of the system calls of the architecture that snug is built for.
 */
#pragma once

#include "snug/base/text.h"

enum { SNUG_CALLS_FIRST_CODE = 128, SNUG_CALLS_N_CODES = 128 };

/* Written at build time by make_calls: a name for each number from 0 on, each ended by a 0,
 * empty where there is no such call. A byte is a letter, or the code of a pair of bytes. */
extern const uint8_t snug_calls_names[];
extern const uint8_t snug_calls_pairs[SNUG_CALLS_N_CODES][2];
extern const unsigned snug_calls_n_names;

/* Whether the number has a name; not if it is none of this architecture's, or newer than
 * the table. */
bool snug_calls_has(uint64_t number);

/* Appends the name; nothing if there is none. */
void snug_calls_put_name(struct snug_builder *out, uint64_t number);

/* Appends `mmap (9)`, or the number alone. */
void snug_calls_put(struct snug_builder *out, uint64_t number);

/* "amd64" or "arm64". */
const char *snug_calls_architecture(void);
