/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sections of an ELF file, which linkers leave in it and strip does too. A packer, or
 * whoever wants to, takes them away.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/base/text.h"

/* The bytes of the first section whose name ends in `ending`, of a file that
 * snug_elf_from_file took. False if there is none, or what leads there is out of bounds. */
bool snug_sections_find(const uint8_t *file, size_t n_bytes, const char *ending,
                        struct snug_text *ret);

/* Where that section is to lie in memory, as the file has it: also one that has no bytes in
 * the file. False as above, or if it is not loaded. */
bool snug_sections_range(const uint8_t *file, size_t n_bytes, const char *ending,
                         uint64_t *ret_start, uint64_t *ret_end);
