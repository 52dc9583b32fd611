/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A start vector composed word by word, and libc's and Go's ways to read it. `get_auxval`
 * is libc's algorithm: it walks from where the auxv began before anything was inserted.
 */
#pragma once

#include <check.h>
#include <elf.h>
#include <stdbool.h>
#include <string.h>

#include "snug/apply/vector.h"

enum { N_WORDS = 128, PHDR = 0x400040, RANDOM = 0x7ffc1234 };

static uint64_t words[N_WORDS];
static uint64_t before[N_WORDS];
static char **envp;
static uint64_t (*old_auxv)[2];
static struct snug_vector vector;
static char record[SNUG_RECORD_BYTES];

static const uint64_t usual_auxv[][2] = {
    {AT_SYSINFO_EHDR, 0x7fff0000},
    {AT_HWCAP, 0xbfebfbff},
    {AT_PAGESZ, 4096},
    {AT_CLKTCK, 100},
    {AT_PHDR, PHDR},
    {AT_PHENT, 56},
    {AT_PHNUM, 13},
    {AT_BASE, 0x7f0000},
    {AT_FLAGS, 0},
    {AT_ENTRY, 0x401000},
    {AT_UID, 0},
    {AT_SECURE, 0},
    {AT_RANDOM, RANDOM},
    {AT_EXECFN, 0x7ffc9999},
    {AT_NULL, 0},
};

enum { N_USUAL = sizeof usual_auxv / sizeof usual_auxv[0] };

static inline void compose(const char *const *env, const uint64_t (*auxv)[2], size_t n_auxv)
{
    memset(words, 0x55, sizeof words);
    size_t n = 0;
    words[n++] = 1;
    words[n++] = (uint64_t)(uintptr_t) "program";
    words[n++] = 0;
    envp = (char **)&words[n];
    for (; *env; env++)
        words[n++] = (uint64_t)(uintptr_t)*env;
    words[n++] = 0;
    old_auxv = (void *)&words[n];
    memcpy(&words[n], auxv, n_auxv * sizeof auxv[0]);
    memcpy(before, words, sizeof words);
}

static inline void compose_usual(const char *const *env)
{
    compose(env, usual_auxv, N_USUAL);
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);
}

static inline const char *get_env(const char *name)
{
    for (char **entry = envp; *entry; entry++)
        if (!strncmp(*entry, name, strlen(name)) && (*entry)[strlen(name)] == '=')
            return *entry + strlen(name) + 1;
    return NULL;
}

static inline bool get_auxval(uint64_t type, uint64_t *ret_value)
{
    for (uint64_t(*pair)[2] = old_auxv; (*pair)[0] != AT_NULL; pair++)
        if ((*pair)[0] == type) {
            *ret_value = (*pair)[1];
            return true;
        }
    return false;
}

/* libc answers as before, and says 0 of what is not there. */
static inline void check_libc(void)
{
    for (size_t i = 0; i + 1 < N_USUAL; i++) {
        uint64_t value = 0;
        (void)get_auxval(usual_auxv[i][0], &value);
        ck_assert_msg(value == usual_auxv[i][1], "auxv type %llu",
                      (unsigned long long)usual_auxv[i][0]);
    }
}

/* Go finds its auxv right behind the environment's end, or an end there, and asks the
 * kernel. */
static inline void check_go(void)
{
    char **end = envp;
    while (*end)
        end++;
    uint64_t(*pair)[2] = (void *)(end + 1);
    while ((*pair)[0] != AT_NULL && (void *)pair != (void *)vector.auxv)
        pair++;
    ck_assert((void *)pair == (void *)vector.auxv || (void *)pair == (void *)(end + 1));
}

static inline void check_auxv(void)
{
    check_libc();
    /* As Go reads it: right behind the environment's terminator. */
    char **end = envp;
    while (*end)
        end++;
    ck_assert_ptr_eq(end + 1, (char **)vector.auxv);
    ck_assert_uint_eq(vector.auxv[0][0], AT_SYSINFO_EHDR);
}

/* As unsetenv does it. */
static inline void unset_first(void)
{
    for (char **entry = envp; *entry; entry++)
        entry[0] = entry[1];
}

static const char *const plain_env[] = {"PATH=/bin", "HOME=/", NULL};
