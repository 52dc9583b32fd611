/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A search through data and bss. Pages of bss that were never touched are read as the
 * kernel's one page of zeros, and cost the program no memory.
 */
#include "snug/apply/word.h"

static uint64_t round_up(uint64_t address)
{
    return address + (-address & (sizeof(uint64_t) - 1));
}

unsigned snug_word_find(const struct snug_elf *elf, uint64_t value,
                        _Atomic uint64_t **ret_word)
{
    const Elf64_Phdr *relro = snug_elf_segment(elf, PT_GNU_RELRO);
    unsigned n_found = 0;
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W))
            continue;
        const uint64_t end = segment->p_vaddr + segment->p_memsz;
        for (uint64_t at = round_up(segment->p_vaddr); at + sizeof value <= end;
             at += sizeof value) {
            if (relro && at - relro->p_vaddr < relro->p_memsz)
                continue;
            _Atomic uint64_t *word = (_Atomic uint64_t *)(elf->bias + at);
            if (atomic_load_explicit(word, memory_order_relaxed) != value)
                continue;
            if (!n_found)
                *ret_word = word;
            if (++n_found == 2)
                return n_found;
        }
    }
    return n_found;
}
