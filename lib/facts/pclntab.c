/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime's table of functions, which it needs for stack traces. A loaded program has
 * no section headers; what leads to the table is runtime.firstmoduledata in the writable
 * data, known by its form: a pointer to the table's header, and six slices of it in a fixed
 * order (runtime/symtab.go, the same from Go 1.16 to 1.27).
 */
#include <errno.h>

#include "snug/facts/pclntab.h"

/* Words of moduledata. A slice is pointer, length, capacity. */
enum {
    HEADER = 0,
    NAMES = 1,
    TABLE = 13,
    FUNCTIONS = 16,
    FIRST_PC = 20,
    LAST_PC = 21,
    TEXT = 22,
    N_WORDS = 24,
    N_SLICES = 6,
};

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
    const uint64_t *module;
    bool has_offsets;
};

/* In memory everything has been relocated. */
static const void *at_address(const struct snug_elf *elf, uint64_t address, size_t n_bytes)
{
    return snug_elf_at(elf, address - elf->bias, n_bytes);
}

static bool is_module(const uint64_t *word)
{
    for (unsigned i = 0; i < N_SLICES; i++) {
        const uint64_t *slice = word + NAMES + (size_t)3 * i;
        const uint64_t before = i ? slice[-3] : word[HEADER];
        /* The functions stand at the table's own start. */
        if (slice[1] != slice[2] || !slice[1] || slice[0] < before ||
            (slice[0] == before && i != N_SLICES - 1))
            return false;
    }
    return word[HEADER] && word[FIRST_PC] < word[LAST_PC];
}

static const uint64_t *find_module(const struct snug_elf *elf)
{
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W))
            continue;
        const uint64_t start = segment->p_vaddr + (-segment->p_vaddr & 7);
        const uint64_t skipped = start - segment->p_vaddr;
        const uint64_t n_words =
            segment->p_filesz > skipped ? (segment->p_filesz - skipped) / 8 : 0;
        const uint64_t *word = snug_elf_at(elf, start, n_words * 8);
        for (uint64_t at = 0; word && at + N_WORDS <= n_words; at++)
            if (is_module(word + at))
                return word + at;
    }
    return NULL;
}

static int read_header(struct table *table)
{
    const uint8_t *header = at_address(table->elf, table->module[HEADER], 8);
    if (!header || header[1] != 0xff || header[2] != 0xff || header[3] != 0xff ||
        header[4] || header[5] || header[6] != INSTRUCTION_BYTES || header[7] != 8)
        return -ENOTSUP;
    table->has_offsets = header[0] == GO_1_18 || header[0] == GO_1_20;
    return table->has_offsets || header[0] == GO_1_16 ? 0 : -ENOTSUP;
}

/* `n_bytes` at `offset` of the slice that stands at word `slice`. */
static const void *at_offset(const struct table *table, unsigned slice, uint64_t offset,
                             size_t n_bytes)
{
    const uint64_t size = table->module[slice + 1];
    if (offset > size || size - offset < n_bytes)
        return NULL;
    return at_address(table->elf, table->module[slice] + offset, n_bytes);
}

/* Entry `i` of the list of functions: its address, and the offset of its description. */
static bool read_entry(const struct table *table, uint64_t i, uint64_t *ret_address,
                       uint64_t *ret_offset)
{
    const size_t n_bytes = table->has_offsets ? 8 : 16;
    const uint32_t *entry =
        at_address(table->elf, table->module[FUNCTIONS] + i * n_bytes, n_bytes);
    if (!entry || (uintptr_t)entry % 8)
        return false;
    *ret_address = table->has_offsets ? table->module[TEXT] + entry[0]
                                      : *(const uint64_t *)(const void *)entry;
    *ret_offset = table->has_offsets ? entry[1] : entry[2];
    return true;
}

/* The description begins with the address in the entry's form, and the name's offset. */
static bool is_named(const struct table *table, uint64_t offset, struct snug_text name)
{
    const size_t before = table->has_offsets ? 4 : 8;
    const uint32_t *name_at = at_offset(table, TABLE, offset + before, sizeof *name_at);
    if (!name_at || (uintptr_t)name_at % sizeof *name_at)
        return false;
    const char *text = at_offset(table, NAMES, *name_at, name.n + 1);
    return text && !text[name.n] && snug_text_equals(name, text);
}

static bool is_code(const struct snug_elf *elf, uint64_t address)
{
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_X &&
            address - elf->bias - segment->p_vaddr < segment->p_memsz)
            return true;
    }
    return false;
}

int snug_pclntab_find(const struct snug_elf *elf, const char *name, uintptr_t *ret_address)
{
    struct table table = {.elf = elf, .module = find_module(elf)};
    if (!table.module)
        return -ENOTSUP;
    const int r = read_header(&table);
    if (r < 0)
        return r;

    /* The last entry is the end of the last function. */
    for (uint64_t i = 0; i + 1 < table.module[FUNCTIONS + 1]; i++) {
        uint64_t address;
        uint64_t offset;
        if (!read_entry(&table, i, &address, &offset))
            return -ENOTSUP;
        if (is_named(&table, offset, snug_text_of(name))) {
            if (address < table.module[FIRST_PC] || address >= table.module[LAST_PC] ||
                !is_code(elf, address))
                return -ENOTSUP;
            *ret_address = address;
            return 0;
        }
    }
    return -ENOENT;
}
