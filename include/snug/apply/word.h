/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one word of a running program that holds a known value.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "snug/base/elf.h"

/* How many aligned 64-bit words of the image's writable data hold `value`, counted up to
 * two; `ret_word` is the first. What becomes read-only after relocation does not count. The
 * program may run meanwhile. */
unsigned snug_word_find(const struct snug_elf *elf, uint64_t value,
                        _Atomic uint64_t **ret_word);
