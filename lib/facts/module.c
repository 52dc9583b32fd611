/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime's description of a program's parts. A loaded program has no section headers;
 * it is known by its form: a pointer to the header of the table of functions, and six
 * slices of that in a fixed order (runtime/symtab.go, the same from Go 1.16 to 1.27). It
 * lies in initialised data, and behind all of C's where a C linker made the program.
 */
#include <errno.h>

#include "snug/base/readable.h"
#include "snug/facts/module.h"

/* Words of moduledata. A slice is pointer, length, capacity. */
enum {
    HEADER = 0,
    NAMES = 1,
    TABLE = 13,
    FUNCTIONS = 16,
    FIRST_PC = 20,
    LAST_PC = 21,
    TEXT = 22,
    CLEARED = 28,
    CLEARED_END = 29,
    ZEROED = 30,
    ZEROED_END = 31,
    N_WORDS = 32,
    N_SLICES = 6,
};

enum { SEARCHED_BYTES = 64 << 20 };

const void *snug_module_at(const struct snug_elf *elf, uint64_t address, size_t n_bytes)
{
    return snug_elf_at(elf, address - elf->bias, n_bytes);
}

static bool is_in(const struct snug_elf *elf, uint64_t address, uint32_t flag)
{
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        if (segment->p_type == PT_LOAD && segment->p_flags & flag &&
            address - elf->bias - segment->p_vaddr < segment->p_memsz)
            return true;
    }
    return false;
}

bool snug_module_is_code(const struct snug_elf *elf, uint64_t address)
{
    return is_in(elf, address, PF_X);
}

/* What nobody may write, or nobody after relocation. */
static bool is_constant(const struct snug_elf *elf, uint64_t address)
{
    const Elf64_Phdr *relro = snug_elf_segment(elf, PT_GNU_RELRO);
    return !is_in(elf, address, PF_W) ||
           (relro && address - elf->bias - relro->p_vaddr < relro->p_memsz);
}

/* What is searched: an image, and what reads what the image may not hold. */
struct search {
    const struct snug_elf *elf;
    snug_module_read *read;
    void *from;
};

/* Of the image itself. */
static bool read_header(void *from, uint64_t address, uint8_t *ret)
{
    const uint8_t *header = snug_module_at(from, address, SNUG_MODULE_HEADER_BYTES);
    struct snug_readable run = {0};
    if (!header || !snug_readable_covers(&run, (uintptr_t)header, SNUG_MODULE_HEADER_BYTES))
        return false;
    for (size_t i = 0; i < SNUG_MODULE_HEADER_BYTES; i++)
        ret[i] = header[i];
    return true;
}

/* A magic number that differs with the release, two zeros, the size of an instruction and
 * of a pointer. */
static bool is_header(const struct search *search, uint64_t address)
{
    uint8_t header[SNUG_MODULE_HEADER_BYTES];
    return is_constant(search->elf, address) &&
           search->read(search->from, address, header) && !header[4] && !header[5] &&
           header[7] == sizeof(uint64_t);
}

static bool is_module(const struct search *search, const uint64_t *word)
{
    for (unsigned i = 0; i < N_SLICES; i++) {
        const uint64_t *slice = word + NAMES + (size_t)3 * i;
        const uint64_t before = i ? slice[-3] : word[HEADER];
        /* The functions stand at the table's own start. */
        if (slice[1] != slice[2] || !slice[1] || slice[0] < before ||
            (slice[0] == before && i != N_SLICES - 1))
            return false;
    }
    return word[HEADER] && word[FIRST_PC] < word[LAST_PC] &&
           is_header(search, word[HEADER]) &&
           snug_module_is_code(search->elf, word[FIRST_PC]);
}

/* The words from `word` on, or NULL. */
static const uint64_t *look(const struct search *search, const uint64_t *word,
                            uint64_t n_words)
{
    struct snug_readable run = {0};
    const uintptr_t end = (uintptr_t)(word + n_words);
    while (n_words >= N_WORDS && (uintptr_t)word <= end - N_WORDS * sizeof *word) {
        if (!snug_readable_covers(&run, (uintptr_t)word, N_WORDS * sizeof *word)) {
            word = (const uint64_t *)(run.to + SNUG_READABLE_PAGE_BYTES);
            continue;
        }
        if (is_module(search, word))
            return word;
        word++;
    }
    return NULL;
}

static const uint64_t *find(const struct search *search)
{
    const struct snug_elf *elf = search->elf;
    uint64_t left = SEARCHED_BYTES / sizeof(uint64_t);
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W))
            continue;
        const uint64_t start = segment->p_vaddr + (-segment->p_vaddr & 7);
        const uint64_t skipped = start - segment->p_vaddr;
        uint64_t n_words =
            segment->p_filesz > skipped ? (segment->p_filesz - skipped) / 8 : 0;
        if (n_words > left)
            n_words = left;
        left -= n_words;
        const uint64_t *word = snug_elf_at(elf, start, n_words * 8);
        const uint64_t *ret = word ? look(search, word, n_words) : NULL;
        if (ret)
            return ret;
    }
    return NULL;
}

static struct snug_slice slice_at(const uint64_t *word)
{
    return (struct snug_slice){word[0], word[1]};
}

int snug_module_find_in(const struct snug_elf *elf, snug_module_read *read, void *from,
                        struct snug_module *ret)
{
    const uint64_t *word = find(&(struct search){elf, read, from});
    if (!word)
        return -ENOTSUP;
    *ret = (struct snug_module){
        .header = word[HEADER],
        .names = slice_at(word + NAMES),
        .table = slice_at(word + TABLE),
        .functions = slice_at(word + FUNCTIONS),
        .first_pc = word[FIRST_PC],
        .last_pc = word[LAST_PC],
        .text = word[TEXT],
        .zeroed = word[ZEROED],
        .zeroed_end = word[ZEROED_END],
        .cleared = word[CLEARED],
        .cleared_end = word[CLEARED_END],
    };
    return 0;
}

int snug_module_find(const struct snug_elf *elf, struct snug_module *ret)
{
    return snug_module_find_in(elf, read_header, (void *)(uintptr_t)elf, ret);
}
