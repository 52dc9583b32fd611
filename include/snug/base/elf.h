/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ELF images, seen the same way whether they are mapped as a file or loaded in memory:
 * every access goes by the image's own virtual address and is bounds-checked, since an
 * image can be damaged on purpose. 64-bit, this machine's byte order only.
 */
#pragma once

#include <elf.h>
#include <stdbool.h>

#include "snug/base/text.h"

struct snug_elf {
    const Elf64_Phdr *phdr;
    size_t n_phdr;
    /* Loaded image: address = bias + vaddr, for what its pointers point to as well. 0 for a
     * file. */
    uintptr_t bias;
    const uint8_t *file; /* The file's bytes, or NULL for a loaded image. */
    size_t file_bytes;
    bool is_pie;
};

/* A file's bytes. -ENOEXEC if it is not an ELF image that this machine could run. */
int snug_elf_from_file(const uint8_t *file, size_t file_bytes, struct snug_elf *ret);

/* A loaded image by its program headers, as AT_PHDR and AT_PHNUM give them. -ENOEXEC if
 * they do not tell where it was loaded. */
int snug_elf_from_memory(const Elf64_Phdr *phdr, size_t n_phdr, struct snug_elf *ret);

/* The `n_bytes` at `vaddr`, or NULL if they do not lie within one readable segment (and, in
 * a file, within the file). */
const void *snug_elf_at(const struct snug_elf *elf, uint64_t vaddr, size_t n_bytes);

/* The first header of that type (PT_INTERP, PT_DYNAMIC …), or NULL. */
const Elf64_Phdr *snug_elf_segment(const struct snug_elf *elf, uint32_t type);

/* The value of a dynamic entry as it stands there. False if the image has none. */
bool snug_elf_dynamic(const struct snug_elf *elf, int64_t tag, uint64_t *ret_value);

/* The `i`th DT_NEEDED name; {NULL, 0} past the last. */
struct snug_text snug_elf_needed(const struct snug_elf *elf, size_t i);

/* Whether the image imports (has an undefined dynamic symbol of) that name. */
bool snug_elf_imports(const struct snug_elf *elf, const char *name);

/* From where to where a program that is loaded lies in memory, holes included. Both NULL if
 * it has no segment. */
void snug_elf_bounds(const struct snug_elf *elf, const char **ret_low,
                     const char **ret_high);
