/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From the start of the stack to the auxv, from there to the program's headers, and what
 * these say is in memory. All of it is what the process has made of it, and not trusted.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snug/cli/subject/loaded.h"
#include "snug/facts/program.h"

enum {
    STAT_BYTES = 4096,
    STACK_BYTES = 8 << 20, /* Linux gives arguments and environment 6 MiB at most. */
    AFTER_NAME = 3, /* The field behind `(NAME)` in stat, which begins to count at 1. */
    START_OF_STACK = 28,
    PAIRS_MAX = 64,
    TYPE_MAX = 1024,
    WORD_BYTES = sizeof(uint64_t),
    AUXV_WORDS = 2 * PAIRS_MAX + 1, /* And the 0 in front. */
    STACK_WORDS = 2048,
    PIECE_BYTES = 256 << 10,
    OVERLAP_BYTES = 4 << 10,
    SEARCHED_BYTES = 64 << 20,
    PART_ALIGN = 16,
    POINTERS_AT = 16, /* See program.c. */
    STRING_BYTES = 2 * WORD_BYTES,
    /* Kubernetes' programs have some 20 KiB of build information. */
    INFO_BYTES_MAX = 512 << 10,
    DYNAMIC_BYTES_MAX = 16 << 10,
    HASH_BYTES = 8,
    SYMBOLS_BYTES_MAX = 512 << 10, /* What is imported stands first. */
};

struct auxv {
    uint64_t headers;
    uint64_t n_headers;
    uint64_t base;
    uint64_t is_secure;
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool read_at(int memory, uint64_t address, void *ret, size_t n_bytes)
{
    return pread(memory, ret, n_bytes, (off_t)address) == (ssize_t)n_bytes;
}

static int read_start_of_stack(const struct snug_root *root, uint64_t *ret)
{
    char text[STAT_BYTES];
    size_t n;
    const int r = snug_file_read(root, "/proc/self/stat", sizeof text, text, &n);
    if (r < 0)
        return r;
    const char *end = strrchr(text, ')'); /* A name may hold any of these. */
    struct snug_text rest = snug_text_of(end ? end + 1 : text);
    struct snug_text field = {0};
    for (int i = AFTER_NAME; i <= START_OF_STACK; i++)
        if (!snug_text_cut_word(&rest, &field))
            return -EBADMSG;
    /* 0 is what those are told who may not look. */
    return snug_text_u64(field, ret) < 0 || !*ret ? -EACCES : 0;
}

/* Whether the words are pairs of an auxv, up to its end. */
static bool parse_auxv(const uint64_t *word, size_t n, struct auxv *ret)
{
    bool has_page = false;
    *ret = (struct auxv){0};
    for (size_t i = 0; i + 1 < n && i < (size_t)2 * PAIRS_MAX; i += 2) {
        const uint64_t value = word[i + 1];
        if (word[i] > TYPE_MAX)
            return false;
        if (word[i] == AT_NULL)
            return has_page && ret->headers;
        if (word[i] == AT_PHDR)
            ret->headers = value;
        else if (word[i] == AT_PHNUM)
            ret->n_headers = value;
        else if (word[i] == AT_BASE)
            ret->base = value;
        else if (word[i] == AT_SECURE)
            ret->is_secure = value;
        else if (word[i] == AT_PAGESZ)
            has_page = value && !(value & (value - 1));
    }
    return false;
}

/* The auxv stands behind a 0, the end of the environment. A packer's stub has begun anew
 * below the start of the stack, so it is not counted from there. */
static int find_auxv(int memory, uint64_t stack, struct auxv *ret)
{
    uint64_t word[STACK_WORDS + AUXV_WORDS];
    for (uint64_t at = 0; at < STACK_BYTES; at += (uint64_t)STACK_WORDS * WORD_BYTES) {
        const ssize_t n_bytes = pread(memory, word, sizeof word, (off_t)(stack + at));
        const size_t n = n_bytes > 0 ? (size_t)n_bytes / WORD_BYTES : 0;
        for (size_t i = 0; i < n && i < STACK_WORDS; i++)
            if (!word[i] && parse_auxv(word + i + 1, n - i - 1, ret))
                return 0;
        if (n <= STACK_WORDS)
            break;
    }
    return -EBADMSG;
}

int snug_loaded_open(const struct snug_root *root, int memory, struct snug_loaded *ret)
{
    struct auxv auxv = {0};
    uint64_t stack = 0;
    *ret = (struct snug_loaded){.memory = memory};
    int r = read_start_of_stack(root, &stack);
    if (r == 0)
        r = find_auxv(memory, stack, &auxv);
    if (r < 0)
        return r;
    if (auxv.n_headers > SNUG_LOADED_HEADERS_MAX ||
        !read_at(memory, auxv.headers, ret->phdr, auxv.n_headers * sizeof *ret->phdr) ||
        snug_elf_from_memory(ret->phdr, auxv.n_headers, &ret->elf) < 0)
        return -EBADMSG;
    ret->elf.bias += auxv.headers - (uintptr_t)ret->phdr; /* There, not here. */
    ret->elf.is_pie = ret->elf.bias != 0;
    ret->headers = auxv.headers;
    ret->has_loader = auxv.base;
    ret->is_secure = auxv.is_secure;
    ret->n_headers = auxv.n_headers;
    for (size_t i = 0; i < ret->n_headers; i++)
        if (ret->phdr[i].p_type == PT_LOAD) {
            ret->file_bytes[i] = ret->phdr[i].p_filesz;
            ret->phdr[i].p_filesz = 0;
        }
    return 0;
}

static bool make_room(struct snug_loaded *loaded)
{
    if (loaded->room)
        return true;
    void *const room = mmap(NULL, SNUG_LOADED_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return false;
    loaded->room = room;
    loaded->elf.file = room;
    loaded->elf.file_bytes = SNUG_LOADED_BYTES;
    return true;
}

bool snug_loaded_show(struct snug_loaded *loaded, uint64_t vaddr, size_t n_bytes)
{
    struct snug_elf *elf = &loaded->elf;
    const size_t at =
        (loaded->n_bytes + PART_ALIGN - 1) / PART_ALIGN * PART_ALIGN + vaddr % PART_ALIGN;
    if (!n_bytes || elf->n_phdr == loaded->n_headers + SNUG_LOADED_PARTS_MAX ||
        at > SNUG_LOADED_BYTES || n_bytes > SNUG_LOADED_BYTES - at || !make_room(loaded) ||
        !read_at(loaded->memory, elf->bias + vaddr, loaded->room + at, n_bytes))
        return false;
    loaded->n_bytes = at + n_bytes;
    loaded->phdr[elf->n_phdr++] = (Elf64_Phdr){
        .p_type = PT_LOAD,
        .p_flags = PF_R | PF_W,
        .p_offset = at,
        .p_vaddr = vaddr,
        .p_filesz = n_bytes,
        .p_memsz = n_bytes,
    };
    return true;
}

void snug_loaded_hide(struct snug_loaded *loaded)
{
    loaded->elf.n_phdr = loaded->n_headers;
    loaded->n_bytes = 0;
}

static bool search_from(struct snug_loaded *loaded, uint64_t start, uint64_t end,
                        bool (*is_found)(struct snug_loaded *, void *), void *context)
{
    uint64_t n_bytes;
    for (uint64_t at = start; at < end; at += n_bytes - OVERLAP_BYTES) {
        n_bytes = least(end - at, PIECE_BYTES);
        snug_loaded_hide(loaded);
        if (snug_loaded_show(loaded, at, n_bytes) && is_found(loaded, context))
            return true;
        if (n_bytes <= OVERLAP_BYTES)
            break;
    }
    return false;
}

bool snug_loaded_search(struct snug_loaded *loaded,
                        bool (*is_found)(struct snug_loaded *loaded, void *context),
                        void *context)
{
    uint64_t left = SEARCHED_BYTES;
    for (size_t i = 0; i < loaded->n_headers; i++) {
        const Elf64_Phdr *segment = &loaded->phdr[i];
        uint64_t end;
        const uint64_t n_bytes = least(left, loaded->file_bytes[i]);
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W) ||
            __builtin_add_overflow(segment->p_vaddr, n_bytes, &end))
            continue;
        left -= n_bytes;
        if (search_from(loaded, segment->p_vaddr & -(uint64_t)WORD_BYTES, end, is_found,
                        context))
            return true;
    }
    snug_loaded_hide(loaded);
    return false;
}

static bool is_go(struct snug_loaded *loaded, void *ret_info)
{
    const uint64_t info = snug_program_find_go(&loaded->elf);
    *(uint64_t *)ret_info = info;
    return info;
}

/* From there to the end of the segment. */
static uint64_t count_bytes(const struct snug_loaded *loaded, uint64_t vaddr)
{
    for (size_t i = 0; i < loaded->n_headers; i++)
        if (vaddr - loaded->phdr[i].p_vaddr < loaded->file_bytes[i])
            return loaded->file_bytes[i] - (vaddr - loaded->phdr[i].p_vaddr);
    return 0;
}

/* As much of it as there is, up to `most`. */
static bool show_start(struct snug_loaded *loaded, uint64_t vaddr, uint64_t most)
{
    return snug_loaded_show(loaded, vaddr, least(count_bytes(loaded, vaddr), most));
}

static bool read_pair(const struct snug_loaded *loaded, uint64_t vaddr, uint64_t ret[2])
{
    const void *at = snug_elf_at(&loaded->elf, vaddr, STRING_BYTES);
    if (at)
        memcpy(ret, at, STRING_BYTES);
    return at;
}

/* Two texts follow, or there are two pointers to strings; else these are 0. */
static void show_info(struct snug_loaded *loaded, uint64_t info)
{
    const uint64_t bias = loaded->elf.bias;
    uint64_t string[2];
    if (!show_start(loaded, info, INFO_BYTES_MAX) ||
        !read_pair(loaded, info + POINTERS_AT, string))
        return;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t text[2];
        if (string[i] && snug_loaded_show(loaded, string[i] - bias, STRING_BYTES) &&
            read_pair(loaded, string[i] - bias, text))
            (void)snug_loaded_show(loaded, text[0] - bias, text[1]); /* Or it is missing. */
    }
}

/* glibc replaces these addresses by absolute ones, musl does not. */
static uint64_t find_table(const struct snug_loaded *loaded, int64_t tag)
{
    const uint64_t bias = loaded->elf.bias;
    uint64_t ret;
    if (!snug_elf_dynamic(&loaded->elf, tag, &ret))
        return 0;
    return bias && ret >= bias ? ret - bias : ret;
}

/* What is not there is missing. */
static void show_tables(struct snug_loaded *loaded)
{
    const Elf64_Phdr *interpreter = snug_elf_segment(&loaded->elf, PT_INTERP);
    const Elf64_Phdr *dynamic = snug_elf_segment(&loaded->elf, PT_DYNAMIC);
    if (interpreter)
        (void)snug_loaded_show(loaded, interpreter->p_vaddr, interpreter->p_filesz);
    if (!dynamic || dynamic->p_memsz > DYNAMIC_BYTES_MAX ||
        !snug_loaded_show(loaded, dynamic->p_vaddr, dynamic->p_memsz))
        return;

    static const int64_t hashes[] = {DT_GNU_HASH, DT_HASH};
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        (void)show_start(loaded, find_table(loaded, hashes[i]), HASH_BYTES);
    const uint64_t symbols = find_table(loaded, DT_SYMTAB);
    const uint64_t strings = find_table(loaded, DT_STRTAB);
    (void)show_start(loaded, symbols,
                     strings > symbols ? least(strings - symbols, SYMBOLS_BYTES_MAX)
                                       : SYMBOLS_BYTES_MAX);
    uint64_t n_bytes;
    if (strings && snug_elf_dynamic(&loaded->elf, DT_STRSZ, &n_bytes))
        (void)snug_loaded_show(loaded, strings, n_bytes);
}

uint64_t snug_loaded_find_go(struct snug_loaded *loaded)
{
    uint64_t ret = 0;
    (void)snug_loaded_search(loaded, is_go, &ret); /* Or it stays 0. */
    snug_loaded_hide(loaded);
    /* Of what lies in two parts the first counts, and the information's may reach into what
     * follows it. */
    show_tables(loaded);
    if (ret)
        show_info(loaded, ret);
    return ret;
}

void snug_loaded_close(struct snug_loaded *loaded)
{
    if (loaded->room)
        (void)munmap(loaded->room, SNUG_LOADED_BYTES); /* It was mapped. */
    loaded->room = NULL;
}
