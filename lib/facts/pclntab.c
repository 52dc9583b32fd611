/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime's table of functions, which it needs for stack traces.
 */
#include <errno.h>

#include "snug/facts/pclntab.h"

/* The header: magic, two zeros, the size of an instruction and of a pointer. */
enum {
    GO_1_16 = 0xfa, /* Addresses are words. */
    GO_1_18 = 0xf0, /* And from here on 32-bit offsets from the text's start. */
    GO_1_20 = 0xf1, /* Only names are formed differently. */
#if defined(__aarch64__)
    INSTRUCTION_BYTES = 4,
#else
    INSTRUCTION_BYTES = 1,
#endif
};

struct table {
    const struct snug_elf *elf;
    const struct snug_module *module;
    bool has_offsets;
};

static int read_header(struct table *table)
{
    const uint8_t *header = snug_module_at(table->elf, table->module->header, 8);
    if (!header || header[1] != 0xff || header[2] != 0xff || header[3] != 0xff ||
        header[4] || header[5] || header[6] != INSTRUCTION_BYTES || header[7] != 8)
        return -ENOTSUP;
    table->has_offsets = header[0] == GO_1_18 || header[0] == GO_1_20;
    return table->has_offsets || header[0] == GO_1_16 ? 0 : -ENOTSUP;
}

/* `n_bytes` at `offset` of a slice of bytes. */
static const void *at_offset(const struct table *table, struct snug_slice slice,
                             uint64_t offset, size_t n_bytes)
{
    if (offset > slice.n || slice.n - offset < n_bytes)
        return NULL;
    return snug_module_at(table->elf, slice.at + offset, n_bytes);
}

/* Entry `i` of the list of functions: its address, and the offset of its description. */
static bool read_entry(const struct table *table, uint64_t i, uint64_t *ret_address,
                       uint64_t *ret_offset)
{
    const size_t n_bytes = table->has_offsets ? 8 : 16;
    const uint32_t *entry =
        snug_module_at(table->elf, table->module->functions.at + i * n_bytes, n_bytes);
    if (!entry || (uintptr_t)entry % 8)
        return false;
    *ret_address = table->has_offsets ? table->module->text + entry[0]
                                      : *(const uint64_t *)(const void *)entry;
    *ret_offset = table->has_offsets ? entry[1] : entry[2];
    return true;
}

/* The description begins with the address in the entry's form, and the name's offset. */
static bool is_named(const struct table *table, uint64_t offset, struct snug_text name)
{
    const size_t before = table->has_offsets ? 4 : 8;
    const uint32_t *name_at =
        at_offset(table, table->module->table, offset + before, sizeof *name_at);
    if (!name_at || (uintptr_t)name_at % sizeof *name_at)
        return false;
    const char *text = at_offset(table, table->module->names, *name_at, name.n + 1);
    return text && !text[name.n] && snug_text_equals(name, text);
}

int snug_pclntab_find(const struct snug_elf *elf, const struct snug_module *module,
                      const char *name, uintptr_t *ret_address)
{
    struct table table = {.elf = elf, .module = module};
    const int r = read_header(&table);
    if (r < 0)
        return r;

    /* The last entry is the end of the last function. */
    for (uint64_t i = 0; i + 1 < module->functions.n; i++) {
        uint64_t address;
        uint64_t offset;
        if (!read_entry(&table, i, &address, &offset))
            return -ENOTSUP;
        if (is_named(&table, offset, snug_text_of(name))) {
            if (address < module->first_pc || address >= module->last_pc ||
                !snug_module_is_code(elf, address))
                return -ENOTSUP;
            *ret_address = address;
            return 0;
        }
    }
    return -ENOENT;
}
