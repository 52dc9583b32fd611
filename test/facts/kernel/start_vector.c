/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: right behind the environment lie at most 64 pairs of type and value, of types up
 * to 1,024, that a pair of type 0 ends; among them where the program's headers are, the
 * size of a page, which is a power of two, 16 random bytes, whether it is privileged, and
 * AT_FLAGS or another that may be missing, which is 0.
 * Relied on by: lib/apply/vector.c, lib/apply/start.c
 */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "fact.h"

enum { PAIRS_MAX = 64, TYPE_MAX = 1024 };

extern char **environ;

static uint64_t (*pairs)[2];
static unsigned n_pairs;

static const uint64_t *value_of(uint64_t type)
{
    for (unsigned i = 0; i < n_pairs; i++)
        if (pairs[i][0] == type)
            return &pairs[i][1];
    return NULL;
}

static bool has_spare(void)
{
    static const uint64_t types[] = {AT_FLAGS, AT_HWCAP2, AT_HWCAP, AT_EGID, AT_GID,
                                     AT_EUID,  AT_UID,    29,       30};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        const uint64_t *value = value_of(types[i]);
        if (value && !*value)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    char **end = environ;
    fact_expect(environ == argv + argc + 1,
                "the environment does not follow the arguments");
    while (*end)
        end++;
    pairs = (void *)(end + 1);
    while (n_pairs <= PAIRS_MAX && pairs[n_pairs][0] != AT_NULL) {
        fact_expect(pairs[n_pairs][0] <= TYPE_MAX, "pair %u is of type %lu", n_pairs,
                    pairs[n_pairs][0]);
        n_pairs++;
    }
    fact_expect(n_pairs && n_pairs <= PAIRS_MAX, "there are %u pairs", n_pairs);

    const uint64_t *page = value_of(AT_PAGESZ);
    const uint64_t *headers = value_of(AT_PHDR);
    const uint64_t *random = value_of(AT_RANDOM);
    const uint64_t *secure = value_of(AT_SECURE);
    fact_expect(page && *page == (uint64_t)sysconf(_SC_PAGESIZE) && !(*page & (*page - 1)),
                "no size of a page");
    fact_expect(headers && ((const Elf64_Phdr *)*headers)->p_type <= PT_TLS,
                "no program headers");
    fact_expect(random && *random > (uintptr_t)pairs, "no random bytes above");
    fact_expect(secure && !*secure, "it is privileged");
    fact_expect(has_spare(), "no pair is 0 that may be missing");
    return fact_result();
}
