/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where the Go runtime says that its parts lie: runtime.firstmoduledata, which stripped
 * programs have too.
 */
#pragma once

#include "snug/base/elf.h"

struct snug_slice {
    uint64_t at;
    uint64_t n; /* Elements. */
};

/* All addresses are absolute. */
struct snug_module {
    uint64_t header; /* Of the table of functions, as it says itself. */
    struct snug_slice names;
    struct snug_slice table;
    struct snug_slice functions;
    uint64_t first_pc;
    uint64_t last_pc;
    uint64_t text;
    /* Go's variables that hold no pointer and begin as zero (.noptrbss): those of Go code
     * alone, even where C code is linked in. The linker has them in the order of size. */
    uint64_t zeroed;
    uint64_t zeroed_end;
    /* And those that begin as zero and do hold pointers (.bss). */
    uint64_t cleared;
    uint64_t cleared_end;
};

/* That of a loaded image with Go 1.17 to 1.27 in it. -ENOTSUP if none is found in the first
 * 64 MiB of its initialised data. Reads no page that cannot be read; at a moment when the
 * program's own code does not run, see snug_readable_covers. */
int snug_module_find(const struct snug_elf *elf, struct snug_module *ret);

/* Reads the header of a table at an absolute address. False if it cannot be read. */
enum { SNUG_MODULE_HEADER_BYTES = 8 };
typedef bool snug_module_read(void *from, uint64_t address, uint8_t *ret);

/* The same of a copy that need not hold what nobody may write: headers are read by `read`,
 * which is given `from`. */
int snug_module_find_in(const struct snug_elf *elf, snug_module_read *read, void *from,
                        struct snug_module *ret);

/* `n_bytes` at an absolute address, or NULL if they do not lie within the image. */
const void *snug_module_at(const struct snug_elf *elf, uint64_t address, size_t n_bytes);

/* Whether there is code at that address. */
bool snug_module_is_code(const struct snug_elf *elf, uint64_t address);
