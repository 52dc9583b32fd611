/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ELF images. An image that was asked about is never trusted.
 */
#include <errno.h>

#include "snug/base/elf.h"

enum { N_DYNAMIC_MAX = 512 };

int snug_elf_from_file(const uint8_t *file, size_t file_bytes, struct snug_elf *ret)
{
    const Elf64_Ehdr *header = (const void *)file;
    if (file_bytes < sizeof *header)
        return -ENOEXEC;
    for (int i = 0; i < SELFMAG; i++)
        if (file[i] != (uint8_t)ELFMAG[i])
            return -ENOEXEC;
    if (file[EI_CLASS] != ELFCLASS64 || file[EI_DATA] != ELFDATA2LSB ||
        (header->e_type != ET_EXEC && header->e_type != ET_DYN) ||
        (header->e_machine != EM_X86_64 && header->e_machine != EM_AARCH64) ||
        header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phoff > file_bytes ||
        header->e_phoff % _Alignof(Elf64_Phdr) ||
        (file_bytes - header->e_phoff) / sizeof(Elf64_Phdr) < header->e_phnum)
        return -ENOEXEC;

    *ret = (struct snug_elf){
        .phdr = (const void *)(file + header->e_phoff),
        .n_phdr = header->e_phnum,
        .file = file,
        .file_bytes = file_bytes,
        .is_pie = header->e_type == ET_DYN,
    };
    return 0;
}

int snug_elf_from_memory(const Elf64_Phdr *phdr, size_t n_phdr, struct snug_elf *ret)
{
    /* PT_PHDR says where the headers themselves are meant to be. An image without it has
     * them behind its ELF header, in the segment that starts at file offset 0. */
    for (size_t i = 0; i < n_phdr; i++) {
        uint64_t vaddr;
        if (phdr[i].p_type == PT_PHDR)
            vaddr = phdr[i].p_vaddr;
        else if (phdr[i].p_type == PT_LOAD && phdr[i].p_offset == 0)
            vaddr = phdr[i].p_vaddr + sizeof(Elf64_Ehdr);
        else
            continue;
        const uintptr_t bias = (uintptr_t)phdr - vaddr;
        *ret = (struct snug_elf){
            .phdr = phdr, .n_phdr = n_phdr, .bias = bias, .is_pie = bias != 0};
        return 0;
    }
    return -ENOEXEC;
}

/* What is at `vaddr` and how many bytes there are of it, 0 if it lies in no readable
 * segment (and, in a file, within the file). */
static const void *find(const struct snug_elf *elf, uint64_t vaddr, uint64_t *ret_bytes)
{
    *ret_bytes = 0;
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        const uint64_t size = elf->file ? segment->p_filesz : segment->p_memsz;
        const uint64_t at = vaddr - segment->p_vaddr;
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_R) ||
            vaddr < segment->p_vaddr || at >= size)
            continue;
        *ret_bytes = size - at;
        if (!elf->file)
            return (const void *)(elf->bias + vaddr);

        uint64_t offset;
        if (__builtin_add_overflow(segment->p_offset, at, &offset) ||
            offset >= elf->file_bytes)
            *ret_bytes = offset = 0;
        else if (elf->file_bytes - offset < *ret_bytes)
            *ret_bytes = elf->file_bytes - offset;
        return elf->file + offset;
    }
    return NULL;
}

const void *snug_elf_at(const struct snug_elf *elf, uint64_t vaddr, size_t n_bytes)
{
    uint64_t n;
    const void *ret = find(elf, vaddr, &n);
    return n && n >= n_bytes ? ret : NULL;
}

const Elf64_Phdr *snug_elf_segment(const struct snug_elf *elf, uint32_t type)
{
    for (size_t i = 0; i < elf->n_phdr; i++)
        if (elf->phdr[i].p_type == type)
            return &elf->phdr[i];
    return NULL;
}

/* The entries of the dynamic section before DT_NULL. A loader does not look at what the
 * header says of its size, so that is not asked either. */
struct dynamic {
    const Elf64_Dyn *entry;
    size_t n;
};

static struct dynamic dynamic_of(const struct snug_elf *elf)
{
    const Elf64_Phdr *segment = snug_elf_segment(elf, PT_DYNAMIC);
    if (!segment)
        return (struct dynamic){0};
    uint64_t n_bytes;
    struct dynamic ret = {find(elf, segment->p_vaddr, &n_bytes), 0};
    if ((uintptr_t)ret.entry % _Alignof(Elf64_Dyn))
        return (struct dynamic){0};
    while (ret.n < N_DYNAMIC_MAX && (ret.n + 1) * sizeof(Elf64_Dyn) <= n_bytes &&
           ret.entry[ret.n].d_tag != DT_NULL)
        ret.n++;
    return ret;
}

bool snug_elf_dynamic(const struct snug_elf *elf, int64_t tag, uint64_t *ret_value)
{
    const struct dynamic dynamic = dynamic_of(elf);
    for (size_t i = 0; i < dynamic.n; i++)
        if (dynamic.entry[i].d_tag == tag) {
            *ret_value = dynamic.entry[i].d_un.d_val;
            return true;
        }
    return false;
}

/* A table that the dynamic section points at; NULL if it is out of bounds or misaligned.
 * glibc replaces these addresses by absolute ones when it loads an object, musl does not.
 */
static const void *table_at(const struct snug_elf *elf, int64_t tag, size_t n_bytes,
                            size_t alignment)
{
    uint64_t vaddr;
    if (!snug_elf_dynamic(elf, tag, &vaddr))
        return NULL;
    if (elf->bias && vaddr >= elf->bias)
        vaddr -= elf->bias;
    const void *ret = snug_elf_at(elf, vaddr, n_bytes);
    return (uintptr_t)ret % alignment ? NULL : ret;
}

/* The dynamic string table; {NULL, 0} if there is none. */
static struct snug_text strings_of(const struct snug_elf *elf)
{
    uint64_t n_bytes;
    if (!snug_elf_dynamic(elf, DT_STRSZ, &n_bytes))
        return (struct snug_text){0};
    const char *strings = table_at(elf, DT_STRTAB, n_bytes, 1);
    return strings ? (struct snug_text){strings, n_bytes} : (struct snug_text){0};
}

struct snug_text snug_elf_needed(const struct snug_elf *elf, size_t i)
{
    const struct dynamic dynamic = dynamic_of(elf);
    for (size_t at = 0; at < dynamic.n; at++) {
        if (dynamic.entry[at].d_tag != DT_NEEDED || i-- > 0)
            continue;
        const struct snug_text strings = strings_of(elf);
        const size_t name = dynamic.entry[at].d_un.d_val;
        if (name >= strings.n)
            break;
        const struct snug_text rest = {strings.at + name, strings.n - name};
        const size_t n = snug_text_find(rest, 0);
        if (n < rest.n)
            return (struct snug_text){rest.at, n};
        break;
    }
    return (struct snug_text){0};
}

/* How many of the first dynamic symbols may be undefined. A GNU hash table begins with the
 * first one that is defined; a SysV one tells only how many there are. Where nothing is
 * defined, binutils' GNU hash table claims to begin at once; then the symbols end where the
 * strings begin, since every linker puts these behind them. */
static size_t count_imports(const struct snug_elf *elf)
{
    const uint32_t *gnu_hash =
        table_at(elf, DT_GNU_HASH, 2 * sizeof *gnu_hash, sizeof *gnu_hash);
    const uint32_t *hash = table_at(elf, DT_HASH, 2 * sizeof *hash, sizeof *hash);
    if (gnu_hash && gnu_hash[1] > 1)
        return gnu_hash[1];
    if (hash)
        return hash[1];

    uint64_t symbols;
    uint64_t strings;
    return gnu_hash && snug_elf_dynamic(elf, DT_SYMTAB, &symbols) &&
                   snug_elf_dynamic(elf, DT_STRTAB, &strings) && strings > symbols
               ? (strings - symbols) / sizeof(Elf64_Sym)
               : 0;
}

bool snug_elf_imports(const struct snug_elf *elf, const char *name)
{
    const struct snug_text strings = strings_of(elf);
    const size_t name_bytes = snug_text_of(name).n + 1;
    const size_t n_symbols = count_imports(elf);
    const Elf64_Sym *symbol =
        table_at(elf, DT_SYMTAB, n_symbols * sizeof *symbol, _Alignof(Elf64_Sym));

    for (size_t i = 1; symbol && i < n_symbols; i++) {
        const size_t at = symbol[i].st_name;
        if (symbol[i].st_shndx != SHN_UNDEF || at > strings.n ||
            strings.n - at < name_bytes)
            continue;
        size_t n = 0;
        while (n < name_bytes && strings.at[at + n] == name[n])
            n++;
        if (n == name_bytes)
            return true;
    }
    return false;
}

void snug_elf_bounds(const struct snug_elf *elf, const char **ret_low,
                     const char **ret_high)
{
    *ret_low = NULL;
    *ret_high = NULL;
    for (size_t i = 0; i < elf->n_phdr; i++) {
        const Elf64_Phdr *segment = &elf->phdr[i];
        const char *at = (const char *)(elf->bias + segment->p_vaddr);
        if (segment->p_type != PT_LOAD)
            continue;
        if (!*ret_low || at < *ret_low)
            *ret_low = at;
        if (at + segment->p_memsz > *ret_high)
            *ret_high = at + segment->p_memsz;
    }
}
