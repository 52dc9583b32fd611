/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ELF images and their build information: as a file, and loaded as the kernel loads it. A
 * sanitizer sees every byte that is read outside.
 */
#include "fuzz.h"
#include "snug/facts/program.h"

enum { IMAGE_BYTES_MAX = 1 << 20 };

static void check_program(const struct snug_elf *elf, struct snug_program *ret)
{
    snug_program_read(elf, snug_program_find_go(elf), ret);
    MUST(ret->is_known && ret->is_go == (snug_program_find_go(elf) != 0));
    MUST(strnlen(ret->go_version, sizeof ret->go_version) < sizeof ret->go_version);
    MUST(strnlen(ret->interpreter, sizeof ret->interpreter) < sizeof ret->interpreter);
    for (const char *c = ret->go_version; *c; c++)
        MUST(*c >= ' ' && *c <= '~');
    MUST(!ret->go_minor || ret->go_version[0]);
    for (size_t i = 0; i < 4; i++) {
        const struct snug_text name = snug_elf_needed(elf, i);
        MUST(!name.at || !name.at[name.n]);
    }
}

/* Where the image ends in memory. False for one that no kernel would load: segments out of
 * order or of any size. */
static bool measure(const struct snug_elf *elf, uint64_t *ret_low, uint64_t *ret_high)
{
    *ret_low = UINT64_MAX;
    *ret_high = 0;
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        if (segment->p_type != PT_LOAD)
            continue;
        if (segment->p_vaddr < *ret_high || segment->p_vaddr > (uint64_t)1 << 40 ||
            segment->p_memsz > IMAGE_BYTES_MAX || segment->p_filesz > segment->p_memsz ||
            segment->p_offset > elf->file_bytes ||
            segment->p_filesz > elf->file_bytes - segment->p_offset)
            return false;
        if (*ret_low == UINT64_MAX)
            *ret_low = segment->p_vaddr & ~(uint64_t)4095;
        *ret_high = segment->p_vaddr + segment->p_memsz;
    }
    return *ret_high > *ret_low && *ret_high - *ret_low <= IMAGE_BYTES_MAX;
}

/* The sum of all segments' places in one block: what lies between them is readable there as
 * it would not be in a process, so a read outside of all of them is what is found. */
static void load(const struct snug_elf *file)
{
    uint64_t low;
    uint64_t high;
    if (!measure(file, &low, &high))
        return;
    uint8_t *block = aligned_alloc(4096, (size_t)((high - low + 4095) & ~(uint64_t)4095));
    MUST(block);
    memset(block, 0, (size_t)(high - low));
    for (size_t i = 0; i < file->n_phdr; i++) {
        const Elf64_Phdr *segment = &file->phdr[i];
        if (segment->p_type == PT_LOAD)
            memcpy(block + (segment->p_vaddr - low), file->file + segment->p_offset,
                   (size_t)segment->p_filesz);
    }

    struct snug_elf found;
    struct snug_program program;
    (void)snug_elf_from_memory(file->phdr, file->n_phdr, &found); /* It must only end. */
    const struct snug_elf loaded = {.phdr = file->phdr,
                                    .n_phdr = file->n_phdr,
                                    .bias = (uintptr_t)block - low,
                                    .is_pie = file->is_pie};
    check_program(&loaded, &program);
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    uint8_t *copy = malloc(n_bytes); /* Of exactly that length, and aligned. */
    MUST(copy || !n_bytes);
    if (n_bytes)
        memcpy(copy, bytes, n_bytes);

    struct snug_elf elf;
    struct snug_program program;
    if (n_bytes && snug_elf_from_file(copy, n_bytes, &elf) == 0) {
        check_program(&elf, &program);
        load(&elf);
    }
    free(copy);
    return 0;
}
