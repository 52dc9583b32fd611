/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From the start of the stack to the auxv, from there to the program's headers, and what
 * these say is in memory. All of it is what the process has made of it, and not trusted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snug/cli/subject/loaded.h"

enum {
    STAT_BYTES = 4096,
    STACK_BYTES = 8 << 20, /* Linux gives arguments and environment 6 MiB at most. */
    AFTER_NAME = 3, /* The field behind `(NAME)` in stat, which begins to count at 1. */
    START_OF_STACK = 28,
    PAIRS_MAX = 64,
    TYPE_MAX = 1024,
    HEADERS_MAX = 128,
    IMAGE_BYTES_MAX = 1 << 30,
};

struct auxv {
    uint64_t headers;
    uint64_t n_headers;
    uint64_t base;
    uint64_t is_secure;
};

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
    uint64_t *word = malloc(STACK_BYTES);
    if (!word)
        return -ENOMEM;
    const ssize_t n_bytes = pread(memory, word, STACK_BYTES, (off_t)stack);
    const size_t n = n_bytes > 0 ? (size_t)n_bytes / sizeof *word : 0;
    bool is_found = false;
    for (size_t i = 0; i < n && !is_found; i++)
        is_found = !word[i] && parse_auxv(word + i + 1, n - i - 1, ret);
    free(word);
    return is_found ? 0 : -EBADMSG;
}

/* From the lowest address of a segment to the highest. */
static int measure(const Elf64_Phdr *phdr, size_t n, uint64_t *ret_low, uint64_t *ret_bytes)
{
    uint64_t high = 0;
    *ret_low = UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        uint64_t end;
        if (phdr[i].p_type != PT_LOAD)
            continue;
        if (__builtin_add_overflow(phdr[i].p_vaddr, phdr[i].p_filesz, &end))
            return -EBADMSG;
        if (phdr[i].p_vaddr < *ret_low)
            *ret_low = phdr[i].p_vaddr;
        if (end > high)
            high = end;
    }
    if (high <= *ret_low || high - *ret_low > IMAGE_BYTES_MAX)
        return -EBADMSG;
    *ret_bytes = high - *ret_low;
    return 0;
}

/* The headers stand in front of the copy, with offsets into it. What cannot be read there
 * is 0. */
static int copy_image(int memory, const struct snug_elf *image, enum snug_loaded_part part,
                      struct snug_loaded *ret)
{
    uint64_t low;
    uint64_t n_bytes;
    const int r = measure(image->phdr, image->n_phdr, &low, &n_bytes);
    if (r < 0)
        return r;
    const size_t n_headers = image->n_phdr * sizeof *image->phdr;
    const size_t n_all = n_headers + n_bytes;
    uint8_t *copy = mmap(NULL, n_all, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (copy == MAP_FAILED)
        return -errno;

    Elf64_Phdr *phdr = (void *)copy;
    memcpy(phdr, image->phdr, n_headers);
    for (size_t i = 0; i < image->n_phdr; i++) {
        phdr[i].p_offset = n_headers + (phdr[i].p_vaddr - low);
        if (phdr[i].p_type == PT_LOAD && phdr[i].p_filesz &&
            (part == SNUG_LOADED_ALL || phdr[i].p_flags & PF_W) &&
            pread(memory, copy + phdr[i].p_offset, phdr[i].p_filesz,
                  (off_t)(image->bias + phdr[i].p_vaddr)) < 0)
            continue; /* 0 is no surprise. */
    }
    ret->copy = copy;
    ret->elf = *image;
    ret->elf.phdr = phdr;
    ret->elf.file = copy;
    ret->elf.file_bytes = n_all;
    return 0;
}

static int read_image(int memory, uint64_t stack, enum snug_loaded_part part,
                      struct snug_loaded *ret)
{
    struct auxv auxv;
    int r = find_auxv(memory, stack, &auxv);
    if (r < 0)
        return r;
    Elf64_Phdr phdr[HEADERS_MAX];
    const size_t n_bytes = auxv.n_headers * sizeof *phdr;
    struct snug_elf image;
    if (auxv.n_headers > HEADERS_MAX ||
        pread(memory, phdr, n_bytes, (off_t)auxv.headers) != (ssize_t)n_bytes ||
        snug_elf_from_memory(phdr, auxv.n_headers, &image) < 0)
        return -EBADMSG;
    image.bias += auxv.headers - (uintptr_t)phdr; /* There, not here. */
    image.is_pie = image.bias != 0;
    r = copy_image(memory, &image, part, ret);
    ret->headers = auxv.headers;
    ret->has_loader = auxv.base;
    ret->is_secure = auxv.is_secure;
    return r;
}

int snug_loaded_find(const struct snug_root *root, int memory, uint64_t *ret_headers,
                     uint64_t *ret_n)
{
    uint64_t stack;
    struct auxv auxv;
    int r = read_start_of_stack(root, &stack);
    if (r == 0)
        r = find_auxv(memory, stack, &auxv);
    if (r == 0) {
        *ret_headers = auxv.headers;
        *ret_n = auxv.n_headers;
    }
    return r;
}

int snug_loaded_read(const struct snug_root *root, enum snug_loaded_part part,
                     struct snug_loaded *ret)
{
    *ret = (struct snug_loaded){0};
    uint64_t stack;
    const int r = read_start_of_stack(root, &stack);
    if (r < 0)
        return r;
    __attribute__((cleanup(snug_file_close))) const int memory =
        snug_file_open(root, "/proc/self/mem");
    return memory < 0 ? memory : read_image(memory, stack, part, ret);
}

void snug_loaded_close(struct snug_loaded *loaded)
{
    if (loaded->copy)
        (void)munmap(loaded->copy, loaded->elf.file_bytes); /* It was mapped. */
    loaded->copy = NULL;
}
