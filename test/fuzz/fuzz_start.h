/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A start vector put together from the input, and libc's and Go's ways to read it.
 */
#pragma once

#include <elf.h>

#include "fuzz.h"
#include "snug/apply/vector.h"

enum { ENTRIES = 48, PAIRS = 40, WORDS = 256, TEXTS = 64, TEXT_BYTES = 40 };

static const char *const some_entries[] = {
    "PATH=/bin",
    "GOMAXPROCS=2",
    "GOMAXPROCS=7",
    "GOMEMLIMIT=241172480",
    "GOGC=off",
    "GOGC=",
    "SNUG_SET=",
    "SNUG_SET=GOMAXPROCS=2",
    "SNUG_SET=GOMEMLIMIT=241172480 GOMAXPROCS=2 pdeathsig=15:7:8",
    "SNUG_SET=GOGC= GOGC=off",
    "SNUG_SETS=GOMAXPROCS=2",
    "SNUG_LOG=info",
    "GO",
    "",
    "=",
};
static const uint64_t some_types[] = {
    AT_SYSINFO_EHDR, AT_HWCAP, AT_CLKTCK, AT_PHENT,  AT_PHNUM,  AT_BASE, AT_FLAGS,
    AT_ENTRY,        AT_UID,   AT_SECURE, AT_EXECFN, AT_IGNORE, AT_GID,  AT_HWCAP2};

static uint64_t words[WORDS];
static char text[TEXTS][TEXT_BYTES];
static char **envp;
static uint64_t (*old_auxv)[2];
static size_t n_words;
static uint64_t first_auxv[PAIRS][2]; /* As the kernel wrote it. */
static size_t n_first;
static bool was_taken; /* C code has taken an entry out. */

static void put_entries(struct fuzz_input *input)
{
    unsigned n_texts = 0;
    for (unsigned left = fuzz_byte(input) % ENTRIES; left > 0; left--) {
        const uint8_t choice = fuzz_byte(input);
        const char *entry =
            some_entries[choice % (sizeof some_entries / sizeof *some_entries)];
        if (choice >= 128 && n_texts < TEXTS) {
            const struct snug_text own = fuzz_part(input);
            snprintf(text[n_texts], TEXT_BYTES, "%.*s", (int)own.n, own.at);
            entry = text[n_texts++];
        }
        words[n_words++] = (uint64_t)(uintptr_t)entry;
    }
}

static void put_pair(uint64_t type, uint64_t value)
{
    first_auxv[n_first][0] = words[n_words++] = type;
    first_auxv[n_first++][1] = words[n_words++] = value;
}

/* What every kernel writes stands somewhere among what some do. */
static void put_auxv(struct fuzz_input *input)
{
    const unsigned n = fuzz_byte(input) % (PAIRS - 4);
    const unsigned place = n ? fuzz_byte(input) % (n + 1) : 0;
    n_first = 0;
    for (unsigned i = 0; i <= n; i++) {
        if (i == place) {
            put_pair(AT_PHDR, 0x400040);
            put_pair(AT_PAGESZ, 4096);
            put_pair(AT_RANDOM, 0x7ffc1234);
        }
        if (i < n) {
            const uint64_t type = some_types[fuzz_byte(input) % (sizeof some_types / 8)];
            const uint64_t value = fuzz_byte(input);
            put_pair(type, type == AT_FLAGS ? value / 250 : value / 64 * 64);
        }
    }
}

static void compose(struct fuzz_input *input)
{
    memset(words, 0x55, sizeof words);
    n_words = 1;
    words[n_words++] = 0; /* argv ends; argc may be 0. */
    envp = (char **)&words[n_words];
    put_entries(input);
    words[n_words++] = 0;
    old_auxv = (void *)&words[n_words];
    put_auxv(input);
    words[n_words++] = AT_NULL;
    words[n_words++] = 0;
}

/* The pairs may be found in any number; the first of a type counts. */
static const uint64_t *find_pair(uint64_t (*pairs)[2], uint64_t type)
{
    for (; (*pairs)[0] != AT_NULL; pairs++)
        if ((*pairs)[0] == type)
            return &(*pairs)[1];
    return NULL;
}

/* getauxval answers as before: it walks from where the auxv began, and says 0 of what is
 * not there. */
static void check_libc(void)
{
    uint64_t kernels[PAIRS + 1][2] = {0};
    memcpy(kernels, first_auxv, n_first * sizeof *kernels);
    for (size_t i = 0; i < n_first; i++) {
        const uint64_t *libcs = find_pair(old_auxv, first_auxv[i][0]);
        MUST((libcs ? *libcs : 0) == *find_pair(kernels, first_auxv[i][0]));
    }
}

/* Go reads the auxv behind the environment's end. Where C code has taken something out it
 * may find an end there, or types that nobody knows before the auxv. */
static void check_auxv(const struct snug_vector *vector)
{
    char **end = envp;
    while (*end)
        end++;
    uint64_t(*pair)[2] = (void *)(end + 1);
    if (was_taken && (*pair)[0] == AT_NULL) {
        check_libc();
        return;
    }
    while (was_taken && (void *)pair != (void *)vector->auxv && (*pair)[0] > 1024)
        pair++;
    MUST((void *)pair == (void *)vector->auxv);
    MUST((uint64_t *)vector->auxv >= (uint64_t *)old_auxv);
    MUST((uint64_t *)vector->auxv + 2 * vector->n_pairs + 2 == &words[n_words]);

    check_libc();
    for (size_t i = 0; i < n_first; i++) {
        const uint64_t *gos = find_pair(vector->auxv, first_auxv[i][0]);
        const uint64_t *libcs = find_pair(old_auxv, first_auxv[i][0]);
        MUST(!gos == !libcs && (!gos || *gos == *libcs));
    }
}
