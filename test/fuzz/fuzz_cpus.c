/* SPDX-License-Identifier: LGPL-2.1-or-later
 * CPU lists, against a reader that works on one character after the other, and back again.
 */
#include "fuzz.h"
#include "snug/base/cpus.h"

enum { TEXT_BYTES = 1 << 16 };

static bool expected[SNUG_CPUS_MAX];

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A number with spaces around it; UINT64_MAX stands for one that is too large. */
static bool read_number(struct snug_text *rest, uint64_t *ret)
{
    size_t i = 0;
    while (i < rest->n && is_space(rest->at[i]))
        i++;
    const size_t first = i;
    for (*ret = 0; i < rest->n && rest->at[i] >= '0' && rest->at[i] <= '9'; i++)
        *ret =
            *ret > SNUG_CPUS_MAX ? UINT64_MAX : *ret * 10 + (uint64_t)(rest->at[i] - '0');
    const bool has_digits = i > first;
    while (i < rest->n && is_space(rest->at[i]))
        i++;
    *rest = (struct snug_text){rest->at + i, rest->n - i};
    return has_digits;
}

/* Whether the list is good. */
static bool read_list(struct snug_text list)
{
    memset(expected, 0, sizeof expected);
    struct snug_text rest = snug_text_trim(list);
    while (rest.n) {
        uint64_t first;
        if (!read_number(&rest, &first))
            return false;
        uint64_t last = first;
        if (rest.n && rest.at[0] == '-') {
            rest = (struct snug_text){rest.at + 1, rest.n - 1};
            if (!read_number(&rest, &last))
                return false;
        }
        if (last < first || last >= SNUG_CPUS_MAX)
            return false;
        for (uint64_t cpu = first; cpu <= last; cpu++)
            expected[cpu] = true;
        if (!rest.n)
            return true;
        if (rest.at[0] != ',' || rest.n == 1)
            return false;
        rest = (struct snug_text){rest.at + 1, rest.n - 1};
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    static char text[TEXT_BYTES];
    const struct snug_text list = {(const char *)bytes, n_bytes};
    struct snug_cpus set = {.word = {5}};
    const int r = snug_cpus_parse(list, &set);
    MUST((r == 0) == read_list(list));
    if (r < 0) {
        MUST(set.word[0] == 5); /* Nothing is written on failure. */
        return 0;
    }
    unsigned n = 0;
    for (unsigned cpu = 0; cpu < SNUG_CPUS_MAX; cpu++) {
        MUST(snug_cpus_has(&set, cpu) == expected[cpu]);
        n += expected[cpu];
    }
    MUST(snug_cpus_count(&set) == n);

    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_cpus_put(&out, &set);
    struct snug_cpus again;
    MUST(!out.is_full && snug_cpus_parse(snug_text_of(text), &again) == 0);
    MUST(snug_cpus_equal(&set, &again) && snug_cpus_within(&set, &again));
    return 0;
}
