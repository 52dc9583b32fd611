/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers with units: sizes against strtoull, the values of every key back and forth, and
 * the texts of the limit files.
 */
#include <errno.h>

#include "fuzz.h"
#include "snug/facts/limits.h"
#include "snug/policy/values.h"

/* What a size should be, by libc. False if it is none. */
static bool read_size(const char *text, uint64_t *ret)
{
    char *end;
    errno = 0;
    if (*text < '0' || *text > '9')
        return false;
    unsigned __int128 number = strtoull(text, &end, 10);
    if (errno)
        return false;
    const char *unit = *end ? strchr("KMGT", *end) : NULL;
    if (unit) {
        number <<= 10 * (unit - "KMGT" + 1);
        end++;
        if (*end == 'i')
            end++;
    }
    if (*end == 'B')
        end++;
    *ret = (uint64_t)number;
    return !*end && number == *ret;
}

static void try_values(struct snug_text text)
{
    char again[1024];
    for (enum snug_key key = 0; key < SNUG_N_KEYS; key++) {
        struct snug_setting setting = {0};
        struct snug_setting second = {0};
        if (snug_values_parse(key, text, &setting) < 0)
            continue;
        struct snug_builder out = snug_text_build(again, sizeof again);
        snug_values_put(&out, key, &setting);
        MUST(!out.is_full && snug_values_parse(key, snug_text_of(again), &second) == 0);
        MUST(second.unit == setting.unit && second.word == setting.word &&
             second.number == setting.number && !strcmp(second.text, setting.text));
    }
}

static void try_limits(struct snug_text text)
{
    uint64_t quota = 0;
    uint64_t period = 0;
    uint64_t limit = 0;
    if (snug_limits_parse_cpu_max(text, &quota, &period) == SNUG_SET)
        MUST(quota && period);
    period = 0;
    if (snug_limits_parse_cfs(text, snug_text_of("100000\n"), &quota, &period) == SNUG_SET)
        MUST(quota && period == 100000);
    if (snug_limits_parse_bytes(text, &limit) == SNUG_SET)
        MUST(limit < (uint64_t)1 << 62);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char copy[64];
    const struct snug_text text = {(const char *)bytes, n_bytes};
    uint64_t size = 0;
    uint64_t expected = 0;
    const int r = snug_text_size(text, &size);
    if (n_bytes < sizeof copy && !memchr(bytes, 0, n_bytes)) {
        memcpy(copy, bytes, n_bytes);
        copy[n_bytes] = 0;
        MUST((r == 0) == read_size(copy, &expected));
        MUST(r < 0 || size == expected);
    }
    try_values(text);
    try_limits(text);
    return 0;
}
