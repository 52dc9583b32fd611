/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of section headers, and the section that holds their names.
 */
#include "snug/cli/subject/sections.h"

#include <elf.h>
#include <string.h>

/* Absent if it is out of bounds, or has no bytes in the file. */
static struct snug_text bytes_of(const uint8_t *file, size_t n_bytes,
                                 const Elf64_Shdr *section)
{
    if (section->sh_type == SHT_NOBITS || section->sh_offset > n_bytes ||
        section->sh_size > n_bytes - section->sh_offset)
        return (struct snug_text){0};
    return (struct snug_text){(const char *)file + section->sh_offset, section->sh_size};
}

/* Each of 65,535 sections may begin its name anywhere, in a file that has no end of one. */
enum { NAME_BYTES_MAX = 256 };

static bool ends_in(struct snug_text names, size_t at, const char *ending)
{
    if (!names.at || at >= names.n)
        return false;
    const size_t n = strlen(ending);
    const size_t n_left = names.n - at;
    const char *end =
        memchr(names.at + at, 0, n_left < NAME_BYTES_MAX ? n_left : NAME_BYTES_MAX);
    return end && (size_t)(end - names.at) >= at + n && memcmp(end - n, ending, n) == 0;
}

static const Elf64_Shdr *find(const uint8_t *file, size_t n_bytes, const char *ending)
{
    const Elf64_Ehdr *header = (const void *)file;
    if (header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shoff > n_bytes ||
        header->e_shoff % _Alignof(Elf64_Shdr) ||
        (n_bytes - header->e_shoff) / sizeof(Elf64_Shdr) < header->e_shnum ||
        header->e_shstrndx >= header->e_shnum)
        return NULL;
    const Elf64_Shdr *section = (const void *)(file + header->e_shoff);
    const struct snug_text names = bytes_of(file, n_bytes, &section[header->e_shstrndx]);
    for (size_t i = 0; i < header->e_shnum; i++)
        if (ends_in(names, section[i].sh_name, ending))
            return &section[i];
    return NULL;
}

bool snug_sections_find(const uint8_t *file, size_t n_bytes, const char *ending,
                        struct snug_text *ret)
{
    const Elf64_Shdr *section = find(file, n_bytes, ending);
    if (section)
        *ret = bytes_of(file, n_bytes, section);
    return section && ret->at;
}

bool snug_sections_range(const uint8_t *file, size_t n_bytes, const char *ending,
                         uint64_t *ret_start, uint64_t *ret_end)
{
    const Elf64_Shdr *section = find(file, n_bytes, ending);
    if (!section || !section->sh_addr || section->sh_size > UINT64_MAX - section->sh_addr)
        return false;
    *ret_start = section->sh_addr;
    *ret_end = section->sh_addr + section->sh_size;
    return true;
}
