/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Slices, numbers with units, patterns, and a bounded builder. No locale and no libc, for
 * it runs before libc is ready.
 */
#include <errno.h>
#include <string.h>

#include "snug/base/text.h"

enum { HEX_DIGITS_MAX = 16 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct snug_text snug_text_of(const char *string)
{
    size_t n = 0;
    while (string && string[n])
        n++;
    return (struct snug_text){string, n};
}

bool snug_text_starts(struct snug_text text, const char *prefix)
{
    size_t i = 0;
    for (; prefix[i]; i++)
        if (i == text.n || text.at[i] != prefix[i])
            return false;
    return true;
}

bool snug_text_equals(struct snug_text text, const char *string)
{
    for (size_t i = 0; i < text.n; i++)
        if (!string[i] || text.at[i] != string[i])
            return false;
    return !string[text.n];
}

/* Eight bytes of any type, at any address. */
struct word {
    uint64_t bits;
} __attribute__((packed, may_alias));

/* By words: mountinfo alone is kilobytes, and a start reads it. A byte that is found is 0
 * in `word`; taking 1 from each byte carries out of the lowest such byte first, so that it
 * is told right whatever stands above it. */
size_t snug_text_find(struct snug_text text, char byte)
{
    static const uint64_t ones = 0x0101010101010101;
    const uint64_t wanted = ones * (uint8_t)byte;
    size_t i = 0;
    for (; i + sizeof(struct word) <= text.n; i += sizeof(struct word)) {
        const uint64_t word = ((const struct word *)(text.at + i))->bits ^ wanted;
        const uint64_t found = (word - ones) & ~word & ones << 7;
        if (found)
            return i + (size_t)__builtin_ctzll(found) / 8;
    }
    while (i < text.n && text.at[i] != byte)
        i++;
    return i;
}

struct snug_text snug_text_trim(struct snug_text text)
{
    while (text.n && is_blank(text.at[0])) {
        text.at++;
        text.n--;
    }
    while (text.n && is_blank(text.at[text.n - 1]))
        text.n--;
    return text;
}

bool snug_text_cut(struct snug_text *rest, char separator, struct snug_text *ret_field)
{
    if (!rest->at)
        return false;

    const size_t n = snug_text_find(*rest, separator);
    *ret_field = (struct snug_text){rest->at, n};
    *rest = n < rest->n ? (struct snug_text){rest->at + n + 1, rest->n - n - 1}
                        : (struct snug_text){0};
    return true;
}

bool snug_text_cut_word(struct snug_text *rest, struct snug_text *ret_word)
{
    const struct snug_text text = snug_text_trim(*rest);
    size_t n = 0;
    while (n < text.n && !is_blank(text.at[n]))
        n++;
    if (!n)
        return false;

    *ret_word = (struct snug_text){text.at, n};
    *rest = (struct snug_text){text.at + n, text.n - n};
    return true;
}

int snug_text_u64(struct snug_text text, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (!text.n)
        return -EINVAL;
    for (size_t i = 0; i < text.n; i++)
        if (!is_digit(text.at[i]))
            return -EINVAL;
    for (size_t i = 0; i < text.n; i++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text.at[i] - '0'), &number))
            return -ERANGE;
    *ret_number = number;
    return 0;
}

int snug_text_hex(struct snug_text text, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (!text.n || text.n > HEX_DIGITS_MAX)
        return -EINVAL;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.at[i];
        const bool is_letter = c >= 'a' && c <= 'f';
        if (!is_letter && !is_digit(c))
            return -EINVAL;
        number = number << 4 | (uint64_t)(is_letter ? c - 'a' + 10 : c - '0');
    }
    *ret_number = number;
    return 0;
}

int snug_text_size(struct snug_text text, uint64_t *ret_bytes)
{
    static const char units[] = "KMGT";
    size_t n_digits = 0;
    while (n_digits < text.n && is_digit(text.at[n_digits]))
        n_digits++;

    uint64_t factor = 1;
    struct snug_text unit = {text.at + n_digits, text.n - n_digits};
    for (size_t i = 0; unit.n && i < 4; i++)
        if (unit.at[0] == units[i])
            factor = (uint64_t)1 << 10 * (i + 1);
    if (factor > 1) {
        unit = (struct snug_text){unit.at + 1, unit.n - 1};
        if (unit.n && unit.at[0] == 'i')
            unit = (struct snug_text){unit.at + 1, unit.n - 1};
    }
    if (unit.n && !snug_text_equals(unit, "B"))
        return -EINVAL;

    uint64_t number;
    const int r = snug_text_u64((struct snug_text){text.at, n_digits}, &number);
    if (r < 0)
        return r;
    if (__builtin_mul_overflow(number, factor, &number))
        return -ERANGE;
    *ret_bytes = number;
    return 0;
}

int snug_text_percent(struct snug_text text, uint64_t *ret_percent)
{
    if (!text.n || text.at[text.n - 1] != '%')
        return -EINVAL;
    return snug_text_u64((struct snug_text){text.at, text.n - 1}, ret_percent);
}

/* One `[…]` at the front of `pattern`, which is moved behind it. An unclosed one is a plain
 * bracket, as in a shell. */
static bool class_matches(char c, struct snug_text *pattern)
{
    size_t i = 1;
    const bool is_negated =
        i < pattern->n && (pattern->at[i] == '!' || pattern->at[i] == '^');
    if (is_negated)
        i++;

    bool has = false;
    for (const size_t first = i; i < pattern->n; i++) {
        if (pattern->at[i] == ']' && i > first) {
            *pattern = (struct snug_text){pattern->at + i + 1, pattern->n - i - 1};
            return has != is_negated;
        }
        const char low = pattern->at[i];
        char high = low;
        if (i + 2 < pattern->n && pattern->at[i + 1] == '-' && pattern->at[i + 2] != ']') {
            high = pattern->at[i + 2];
            i += 2;
        }
        has = has || (low <= c && c <= high);
    }

    *pattern = (struct snug_text){pattern->at + 1, pattern->n - 1};
    return c == '[';
}

bool snug_text_matches(struct snug_text text, struct snug_text pattern)
{
    /* Only the last star can matter, so one place to return to is enough and the time stays
     * within text × pattern. */
    struct snug_text star_pattern = {0};
    struct snug_text star_text = {0};

    for (;;) {
        bool is_match = !text.n && !pattern.n;
        if (is_match)
            return true;
        if (pattern.n && pattern.at[0] == '*') {
            pattern = (struct snug_text){pattern.at + 1, pattern.n - 1};
            star_pattern = pattern;
            star_text = text;
            if (!pattern.n)
                return true;
            continue;
        }
        if (text.n && pattern.n) {
            struct snug_text next = {pattern.at + 1, pattern.n - 1};
            if (pattern.at[0] == '[') {
                next = pattern;
                is_match = class_matches(text.at[0], &next);
            } else if (pattern.at[0] == '\\' && pattern.n > 1) {
                next = (struct snug_text){pattern.at + 2, pattern.n - 2};
                is_match = text.at[0] == pattern.at[1];
            } else {
                is_match = pattern.at[0] == '?' || pattern.at[0] == text.at[0];
            }
            if (is_match) {
                pattern = next;
                text = (struct snug_text){text.at + 1, text.n - 1};
                continue;
            }
        }
        if (!star_pattern.at || !star_text.n)
            return false;
        star_text = (struct snug_text){star_text.at + 1, star_text.n - 1};
        text = star_text;
        pattern = star_pattern;
    }
}

struct snug_builder snug_text_build(char *buffer, size_t size)
{
    if (size)
        buffer[0] = 0;
    return (struct snug_builder){.at = buffer, .size = size, .is_full = !size};
}

void snug_text_put_slice(struct snug_builder *out, struct snug_text text)
{
    if (out->is_full || text.n >= out->size - out->n) {
        out->is_full = true;
        return;
    }
    if (text.n) /* An absent text has no address. */
        memcpy(out->at + out->n, text.at, text.n);
    out->n += text.n;
    out->at[out->n] = 0;
}

void snug_text_put(struct snug_builder *out, const char *string)
{
    snug_text_put_slice(out, snug_text_of(string));
}

void snug_text_put_u64(struct snug_builder *out, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    snug_text_put_slice(out, (struct snug_text){digits + first, sizeof digits - first});
}

int snug_text_copy(struct snug_text text, size_t size, char *ret)
{
    struct snug_builder out = snug_text_build(ret, size);
    snug_text_put_slice(&out, text);
    return out.is_full ? -ENAMETOOLONG : 0;
}
