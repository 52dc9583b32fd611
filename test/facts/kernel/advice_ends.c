/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: advice for huge pages and a name hold for a mapping as long as it lives; one that
 * is put over it with MAP_FIXED has neither. A name is taken, or EINVAL where the kernel
 * is built without names.
 * Relied on by: lib/apply/heap.c, lib/apply/huge.c
 */
#include <errno.h>
#include <linux/prctl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "fact.h"

enum { LINE_BYTES = 512 };

static const size_t n_bytes = 4u << 20;

/* Whether the mapping at the address has `word` in one of its lines of /proc/self/smaps. */
static bool has(uintptr_t address, const char *word)
{
    char line[LINE_BYTES];
    bool is_here = false;
    bool ret = false;
    FILE *file = fopen("/proc/self/smaps", "r");
    if (!file)
        fact_lacks("/proc/self/smaps");
    while (fgets(line, sizeof line, file)) {
        unsigned long low;
        unsigned long high;
        if (sscanf(line, "%lx-%lx ", &low, &high) == 2)
            is_here = low <= address && address < high;
        ret |= is_here && strstr(line, word);
    }
    fclose(file);
    return ret;
}

int main(void)
{
    char *at =
        mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool is_advised = madvise(at, n_bytes, MADV_HUGEPAGE) == 0;
    const bool is_named =
        prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, at, n_bytes, "snug: a fact") == 0;
    fact_expect(is_named || errno == EINVAL, "a name: %s", strerror(errno));
    fact_expect(!is_named || has((uintptr_t)at, "[anon:snug: a fact]"),
                "the name does not show");
    fact_expect(!is_advised || has((uintptr_t)at, " hg"), "the advice does not show");

    memset(at, 1, n_bytes);
    madvise(at, n_bytes, MADV_DONTNEED);
    fact_expect(!is_advised || has((uintptr_t)at, " hg"), "the advice goes with the pages");
    mmap(at, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
         0);
    fact_expect(!has((uintptr_t)at, " hg"), "a new mapping has the old one's advice");
    fact_expect(!has((uintptr_t)at, "[anon:snug: a fact]"),
                "a new mapping has the old one's name");
    if (!is_advised)
        fact_lacks("huge pages");
    return fact_result();
}
