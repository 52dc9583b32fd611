/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A Go program put together in memory, for tests that damage it. Offset and address differ
 * by ADDRESS everywhere.
 */
#pragma once

#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    IMAGE_BYTES = 32768,
    TEXT_AT = 0x400,        /* Interpreter, dynamic section and symbols. */
    DATA_AT = 0x1000,       /* The writable segment, to the end of the image. */
    INFO_AT = DATA_AT + 48, /* 16-byte aligned. */
    ADDRESS = 0x400000,     /* What is at offset 0 of the file. */
    N_SEGMENTS = 5,
};

static _Alignas(4096) uint8_t image[IMAGE_BYTES];

static inline Elf64_Phdr *image_segments(void)
{
    return (Elf64_Phdr *)(void *)(image + sizeof(Elf64_Ehdr));
}

static inline void image_add_segment(unsigned i, uint32_t type, uint32_t flags, uint64_t at,
                                     uint64_t n_bytes)
{
    image_segments()[i] = (Elf64_Phdr){.p_type = type,
                                       .p_flags = flags,
                                       .p_offset = at,
                                       .p_vaddr = ADDRESS + at,
                                       .p_filesz = n_bytes,
                                       .p_memsz = n_bytes};
}

/* A static program with a read-only and a writable segment. */
static inline void image_make(void)
{
    memset(image, 0, sizeof image);
    *(Elf64_Ehdr *)(void *)image = (Elf64_Ehdr){
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = N_SEGMENTS,
    };
    image_add_segment(0, PT_LOAD, PF_R, 0, DATA_AT);
    image_add_segment(1, PT_LOAD, PF_R | PF_W, DATA_AT, IMAGE_BYTES - DATA_AT);
}

/* Adds an interpreter, and what the dynamic section needs to name one library and to import
 * one function; NULL for none. */
static inline void image_link_with(const char *interpreter, const char *library,
                                   const char *function)
{
    enum { STRINGS_AT = 0x500, SYMBOLS_AT = 0x600, HASH_AT = 0x700, DYNAMIC_AT = 0x800 };
    image_add_segment(2, PT_INTERP, PF_R, TEXT_AT, strlen(interpreter) + 1);
    strcpy((char *)image + TEXT_AT, interpreter);

    char *strings = (char *)image + STRINGS_AT;
    uint64_t n_strings = 1;
    Elf64_Dyn *dynamic = (void *)(image + DYNAMIC_AT);
    Elf64_Sym *symbol = (void *)(image + SYMBOLS_AT);
    uint32_t *hash = (void *)(image + HASH_AT);
    hash[1] = 1; /* Symbols, the empty first one included. */
    if (library) {
        *dynamic++ = (Elf64_Dyn){.d_tag = DT_NEEDED, .d_un.d_val = n_strings};
        strcpy(strings + n_strings, library);
        n_strings += strlen(library) + 1;
    }
    if (function) {
        symbol[hash[1]++] = (Elf64_Sym){.st_name = (uint32_t)n_strings};
        strcpy(strings + n_strings, function);
        n_strings += strlen(function) + 1;
    }
    *dynamic++ = (Elf64_Dyn){.d_tag = DT_STRTAB, .d_un.d_val = ADDRESS + STRINGS_AT};
    *dynamic++ = (Elf64_Dyn){.d_tag = DT_STRSZ, .d_un.d_val = n_strings};
    *dynamic++ = (Elf64_Dyn){.d_tag = DT_SYMTAB, .d_un.d_val = ADDRESS + SYMBOLS_AT};
    *dynamic++ = (Elf64_Dyn){.d_tag = DT_HASH, .d_un.d_val = ADDRESS + HASH_AT};
    *dynamic++ = (Elf64_Dyn){.d_tag = DT_NULL};
    image_add_segment(3, PT_DYNAMIC, PF_R, DYNAMIC_AT,
                      (uint64_t)((uint8_t *)dynamic - image) - DYNAMIC_AT);
}

static inline uint8_t *image_put_string(uint8_t *at, const char *text, size_t n)
{
    for (size_t rest = n; rest; rest >>= 7)
        *at++ = (uint8_t)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (!n)
        *at++ = 0;
    memcpy(at, text, n);
    return at + n;
}

/* Build information as Go 1.18 and later write it; `module` without its frame, or NULL. */
static inline void image_put_info(const char *version, const char *module)
{
    uint8_t *info = image + INFO_AT;
    memcpy(info, "\xff Go buildinf:\x08\x02", 16);
    uint8_t *at = image_put_string(info + 32, version, strlen(version));
    char framed[1024] = "0123456789abcdef";
    snprintf(framed + 16, sizeof framed - 16, "%sfedcba9876543210", module ? module : "");
    (void)image_put_string(at, framed, module ? strlen(framed) : 0);
}

/* The same up to Go 1.17: pointers, which a loader moves by `bias`. */
static inline void image_put_pointers(const char *version, const char *module,
                                      uint64_t bias)
{
    enum {
        HEADERS_AT = INFO_AT + 64,
        VERSION_AT = INFO_AT + 128,
        MODULE_AT = INFO_AT + 512
    };
    uint64_t *pointers = (void *)(image + INFO_AT + 16);
    uint64_t *headers = (void *)(image + HEADERS_AT);
    memcpy(image + INFO_AT, "\xff Go buildinf:\x08\x00", 16);
    pointers[0] = bias + ADDRESS + HEADERS_AT;
    pointers[1] = bias + ADDRESS + HEADERS_AT + 16;
    headers[0] = bias + ADDRESS + VERSION_AT;
    headers[1] = strlen(version);
    headers[2] = bias + ADDRESS + MODULE_AT;
    headers[3] = strlen(module);
    strcpy((char *)image + VERSION_AT, version);
    strcpy((char *)image + MODULE_AT, module);
}
