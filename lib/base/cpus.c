/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sets of CPU numbers and the kernel's list format.
 */
#include <errno.h>

#include "snug/base/cpus.h"

bool snug_cpus_has(const struct snug_cpus *set, unsigned cpu)
{
    return cpu < SNUG_CPUS_MAX &&
           set->word[cpu / SNUG_CPUS_BITS] >> cpu % SNUG_CPUS_BITS & 1;
}

void snug_cpus_add(struct snug_cpus *set, unsigned cpu)
{
    if (cpu < SNUG_CPUS_MAX)
        set->word[cpu / SNUG_CPUS_BITS] |= 1ul << cpu % SNUG_CPUS_BITS;
}

unsigned snug_cpus_count(const struct snug_cpus *set)
{
    /* By clearing bits, not by popcount: the compiler's helper for that is in libgcc. */
    unsigned n = 0;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        for (unsigned long word = set->word[i]; word; word &= word - 1)
            n++;
    return n;
}

unsigned snug_cpus_next(const struct snug_cpus *set, unsigned from)
{
    for (unsigned cpu = from; cpu < SNUG_CPUS_MAX;) {
        const unsigned long word = set->word[cpu / SNUG_CPUS_BITS] >> cpu % SNUG_CPUS_BITS;
        if (word)
            return cpu + (unsigned)__builtin_ctzl(word);
        cpu = (cpu / SNUG_CPUS_BITS + 1) * SNUG_CPUS_BITS;
    }
    return SNUG_CPUS_MAX;
}

bool snug_cpus_equal(const struct snug_cpus *a, const struct snug_cpus *b)
{
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        if (a->word[i] != b->word[i])
            return false;
    return true;
}

bool snug_cpus_within(const struct snug_cpus *inner, const struct snug_cpus *outer)
{
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        if (inner->word[i] & ~outer->word[i])
            return false;
    return true;
}

int snug_cpus_parse(struct snug_text list, struct snug_cpus *ret)
{
    struct snug_cpus set = {0};
    struct snug_text rest = snug_text_trim(list);
    struct snug_text range;

    while (rest.n && snug_text_cut(&rest, ',', &range)) {
        struct snug_text first_text = {0};
        (void)snug_text_cut(&range, '-', &first_text); /* It was cut, so it is there. */
        uint64_t first;
        int r = snug_text_u64(snug_text_trim(first_text), &first);
        if (r < 0)
            return r;

        uint64_t last = first;
        if (range.at) {
            r = snug_text_u64(snug_text_trim(range), &last);
            if (r < 0)
                return r;
        }
        if (last < first)
            return -EINVAL;
        if (last >= SNUG_CPUS_MAX)
            return -ERANGE;
        for (uint64_t cpu = first; cpu <= last; cpu++)
            snug_cpus_add(&set, (unsigned)cpu);
        if (rest.at && !rest.n)
            return -EINVAL; /* A comma at the end. */
    }
    *ret = set;
    return 0;
}

void snug_cpus_put(struct snug_builder *out, const struct snug_cpus *set)
{
    const char *separator = "";
    for (unsigned cpu = snug_cpus_next(set, 0); cpu < SNUG_CPUS_MAX;) {
        unsigned last = cpu;
        while (snug_cpus_has(set, last + 1))
            last++;
        snug_text_put(out, separator);
        snug_text_put_u64(out, cpu);
        if (last > cpu) {
            snug_text_put(out, "-");
            snug_text_put_u64(out, last);
        }
        separator = ",";
        cpu = snug_cpus_next(set, last + 1);
    }
}
