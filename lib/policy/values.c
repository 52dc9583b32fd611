/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Values as text. The kinds of value that one key takes differ in form, so a text is tried
 * as one after the other.
 */
#include <errno.h>

#include "snug/base/cpus.h"
#include "snug/policy/values.h"

enum { N_UNITS = 10, MS_PER_SECOND = 1000 };

/* From number 1 on, and the same on amd64 and arm64. Real-time signals have no names. */
static const char signal_names[] =
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD "
    "CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";

static bool equals(struct snug_text a, struct snug_text b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (a.at[i] != b.at[i])
            return false;
    return true;
}

static struct snug_text skip(struct snug_text text, const char *prefix)
{
    const size_t n = snug_text_starts(text, prefix) ? snug_text_of(prefix).n : 0;
    return (struct snug_text){text.at + n, text.n - n};
}

static struct snug_text drop_last(struct snug_text text, char letter)
{
    if (text.n && text.at[text.n - 1] == letter)
        text.n--;
    return text;
}

/* The place of `text` in a list of words. */
static int find_word(const char *words, struct snug_text text, uint8_t *ret_place)
{
    struct snug_text rest = snug_text_of(words);
    struct snug_text word;
    for (uint8_t i = 0; snug_text_cut_word(&rest, &word); i++)
        if (equals(text, word)) {
            *ret_place = i;
            return 0;
        }
    return -EINVAL;
}

static uint64_t least_bytes(const struct snug_option *option)
{
    return (uint64_t)1 << option->least_bytes_log2;
}

static uint64_t most_bytes(const struct snug_option *option)
{
    return option->most_bytes_log2 == 63 ? SNUG_BYTES_MOST
                                         : (uint64_t)1 << option->most_bytes_log2;
}

/* `SIGTERM`, `TERM` or `15`. */
static int parse_signal(struct snug_text text, uint64_t *ret_number)
{
    uint8_t i;
    if (find_word(signal_names, skip(text, "SIG"), &i) == 0) {
        *ret_number = i + 1u;
        return 0;
    }
    return snug_text_u64(text, ret_number);
}

/* `5`, `5s` or `500ms`. */
static int parse_time(struct snug_text text, uint64_t *ret_ms)
{
    const struct snug_text before = drop_last(drop_last(text, 's'), 'm');
    const bool is_ms = text.n - before.n == 2;
    const int r = snug_text_u64(is_ms ? before : drop_last(text, 's'), ret_ms);
    if (r == 0 && !is_ms && __builtin_mul_overflow(*ret_ms, MS_PER_SECOND, ret_ms))
        return -ERANGE;
    return r;
}

/* An absolute path that can stand in a policy file, where ` #` begins a comment. */
static int parse_path(struct snug_text text, struct snug_setting *ret)
{
    if (!snug_text_starts(text, "/"))
        return -EINVAL;
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.at[i];
        if (c < ' ' || c == 0x7f || (c == '#' && text.at[i - 1] == ' '))
            return -EINVAL;
    }
    return snug_text_copy(text, sizeof ret->text, ret->text) < 0 ? -ERANGE : 0;
}

/* `node:0,2-3`. */
static int parse_nodes(struct snug_text text, uint64_t most, struct snug_setting *ret)
{
    static const char prefix[] = "node:";
    struct snug_cpus nodes;
    if (!snug_text_starts(text, prefix))
        return -EINVAL;
    const int r = snug_cpus_parse(skip(text, prefix), &nodes);
    if (r < 0)
        return r;
    if (!snug_cpus_count(&nodes))
        return -EINVAL;

    ret->number = nodes.word[0];
    struct snug_builder out = snug_text_build(ret->text, sizeof ret->text);
    snug_cpus_put(&out, &nodes);
    return out.is_full || snug_cpus_next(&nodes, (unsigned)most + 1) < SNUG_CPUS_MAX
               ? -ERANGE
               : 0;
}

/* 0 bytes are the same as 0 %, and what the downward API says of a request that is not set.
 */
static bool takes_zero(const struct snug_option *option)
{
    return option->units & SNUG_UNIT_PERCENT ||
           option == &snug_options[SNUG_MEMORY_REQUEST];
}

/* `10%+100M`. */
static int parse_sum(const struct snug_option *option, struct snug_text text,
                     struct snug_setting *ret)
{
    struct snug_text percent;
    uint64_t number;
    if (!snug_text_cut(&text, '+', &percent) || !text.at)
        return -EINVAL;
    int r = snug_text_percent(percent, &number);
    if (r == 0)
        r = snug_text_size(text, &ret->number);
    if (r < 0)
        return r;
    ret->word = (uint8_t)number;
    return number < option->least || number > option->most ||
                   ret->number < least_bytes(option) || ret->number > most_bytes(option)
               ? -ERANGE
               : 0;
}

static int parse_as(enum snug_unit unit, const struct snug_option *option,
                    struct snug_text text, struct snug_setting *ret)
{
    uint64_t least = option->least;
    uint64_t most = option->most;
    int r = -EINVAL;

    switch (unit) {
    case SNUG_UNIT_WORD:
        return find_word(option->words, text, &ret->word);
    case SNUG_UNIT_PATH:
        return parse_path(text, ret);
    case SNUG_UNIT_NODES:
        return parse_nodes(text, most, ret);
    case SNUG_UNIT_SUM:
        return parse_sum(option, text, ret);
    case SNUG_UNIT_COUNT:
        r = snug_text_u64(text, &ret->number);
        break;
    case SNUG_UNIT_BYTES:
        least = least_bytes(option);
        most = most_bytes(option);
        r = snug_text_size(text, &ret->number);
        if (r == 0 && !ret->number && takes_zero(option))
            least = 0;
        break;
    case SNUG_UNIT_PERCENT:
        r = snug_text_percent(text, &ret->number);
        break;
    case SNUG_UNIT_MILLI:
        r = snug_text_u64(drop_last(text, 'm'), &ret->number);
        break;
    case SNUG_UNIT_TIME:
        r = parse_time(text, &ret->number);
        break;
    case SNUG_UNIT_SIGNAL:
        r = parse_signal(text, &ret->number);
        break;
    }
    if (r < 0)
        return r;
    return ret->number < least || ret->number > most ? -ERANGE : 0;
}

int snug_values_parse(enum snug_key key, struct snug_text text, struct snug_setting *ret)
{
    const struct snug_option *option = &snug_options[key];
    int ret_r = -EINVAL;

    text = snug_text_trim(text);
    for (unsigned i = 0; i < N_UNITS; i++) {
        const enum snug_unit unit = option->units & 1u << i;
        if (!unit)
            continue;
        struct snug_setting value = {.unit = unit};
        const int r = parse_as(unit, option, text, &value);
        if (r == 0) {
            ret->unit = unit;
            ret->word = value.word;
            ret->number = value.number;
            return snug_text_copy(snug_text_of(value.text), sizeof ret->text, ret->text);
        }
        if (r == -ERANGE)
            ret_r = r;
    }
    return ret_r;
}

static void put_word(struct snug_builder *out, const char *words, unsigned index)
{
    struct snug_text rest = snug_text_of(words);
    struct snug_text word;
    for (unsigned i = 0; snug_text_cut_word(&rest, &word); i++)
        if (i == index)
            snug_text_put_slice(out, word);
}

/* With the largest unit that needs no fraction. */
static void put_bytes(struct snug_builder *out, uint64_t bytes)
{
    static const char units[][2] = {"", "K", "M", "G", "T"};
    unsigned i = 0;
    for (; i < 4 && bytes && bytes % 1024 == 0; i++)
        bytes /= 1024;
    snug_text_put_u64(out, bytes);
    snug_text_put(out, units[i]);
}

static void put_number(struct snug_builder *out, uint64_t number, const char *unit)
{
    snug_text_put_u64(out, number);
    snug_text_put(out, unit);
}

static void put_time(struct snug_builder *out, uint64_t ms)
{
    if (ms % MS_PER_SECOND)
        put_number(out, ms, "ms");
    else
        snug_text_put_u64(out, ms / MS_PER_SECOND);
}

static void put_signal(struct snug_builder *out, uint64_t number)
{
    struct snug_text rest = snug_text_of(signal_names);
    struct snug_text name;
    for (uint64_t i = 1; snug_text_cut_word(&rest, &name); i++)
        if (i == number) {
            snug_text_put(out, "SIG");
            snug_text_put_slice(out, name);
            return;
        }
    snug_text_put_u64(out, number);
}

void snug_values_put(struct snug_builder *out, enum snug_key key,
                     const struct snug_setting *setting)
{
    switch (setting->unit) {
    case SNUG_UNIT_WORD:
        put_word(out, snug_options[key].words, setting->word);
        break;
    case SNUG_UNIT_COUNT:
        snug_text_put_u64(out, setting->number);
        break;
    case SNUG_UNIT_TIME:
        put_time(out, setting->number);
        break;
    case SNUG_UNIT_BYTES:
        put_bytes(out, setting->number);
        break;
    case SNUG_UNIT_PERCENT:
        put_number(out, setting->number, "%");
        break;
    case SNUG_UNIT_SUM:
        put_number(out, setting->word, "%+");
        put_bytes(out, setting->number);
        break;
    case SNUG_UNIT_MILLI:
        put_number(out, setting->number, "m");
        break;
    case SNUG_UNIT_SIGNAL:
        put_signal(out, setting->number);
        break;
    case SNUG_UNIT_NODES:
        snug_text_put(out, "node:");
        snug_text_put(out, setting->text);
        break;
    case SNUG_UNIT_PATH:
        snug_text_put(out, setting->text);
        break;
    }
}

bool snug_values_is(const struct snug_setting *setting, unsigned word)
{
    return setting->unit == SNUG_UNIT_WORD && setting->word == word;
}

const char *snug_values_path(const struct snug_setting *setting)
{
    return setting->unit == SNUG_UNIT_PATH ? setting->text : NULL;
}

static void put_range(struct snug_builder *out, uint64_t least, uint64_t most,
                      const char *unit)
{
    snug_text_put(out, "from ");
    snug_text_put_u64(out, least);
    snug_text_put(out, unit);
    snug_text_put(out, " to ");
    snug_text_put_u64(out, most);
    snug_text_put(out, unit);
}

static void put_unit(struct snug_builder *out, const struct snug_option *option,
                     enum snug_unit unit)
{
    switch (unit) {
    case SNUG_UNIT_WORD:
        break; /* The words stand for themselves. */
    case SNUG_UNIT_COUNT:
        snug_text_put(out, "a number ");
        put_range(out, option->least, option->most, "");
        break;
    case SNUG_UNIT_BYTES:
        snug_text_put(out, "a size from ");
        put_bytes(out, least_bytes(option));
        if (most_bytes(option) == SNUG_BYTES_MOST) {
            snug_text_put(out, " such as 256M");
            break;
        }
        snug_text_put(out, " to ");
        put_bytes(out, most_bytes(option));
        break;
    case SNUG_UNIT_PERCENT:
        snug_text_put(out, "a percentage ");
        put_range(out, option->least, option->most, "%");
        break;
    case SNUG_UNIT_MILLI:
        snug_text_put(out, "millicores ");
        put_range(out, option->least, option->most, "m");
        break;
    case SNUG_UNIT_TIME:
        snug_text_put(out, "a time from ");
        put_number(out, option->least, "ms");
        snug_text_put(out, " to ");
        put_number(out, option->most / MS_PER_SECOND, "s");
        break;
    case SNUG_UNIT_SIGNAL:
        snug_text_put(out, "a signal such as SIGTERM");
        break;
    case SNUG_UNIT_PATH:
        snug_text_put(out, "an absolute path of at most 255 bytes");
        break;
    case SNUG_UNIT_NODES:
        snug_text_put(out, "node:LIST");
        break;
    case SNUG_UNIT_SUM:
        snug_text_put(out, "both as in 10%+100M");
        break;
    }
}

void snug_values_put_choices(struct snug_builder *out, enum snug_key key)
{
    const struct snug_option *option = &snug_options[key];
    const bool has_one = !option->words[0] && !(option->units & (option->units - 1));
    const char *separator = has_one ? "" : "one of ";

    struct snug_text rest = snug_text_of(option->words);
    struct snug_text word;
    while (snug_text_cut_word(&rest, &word)) {
        snug_text_put(out, separator);
        snug_text_put_slice(out, word);
        separator = ", ";
    }
    for (unsigned i = 0; i < N_UNITS; i++) {
        const enum snug_unit unit = option->units & 1u << i;
        if (!unit || unit == SNUG_UNIT_WORD)
            continue;
        snug_text_put(out, separator);
        put_unit(out, option, unit);
        separator = ", ";
    }
}
