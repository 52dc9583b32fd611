/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines of families and samples.
 */
#include "snug/cli/stat/exposition.h"

#include <inttypes.h>
#include <string.h>

#include "snug/base/text.h"
#include "snug/cli/command/characters.h"

static bool ends_in(const char *name, const char *end)
{
    const size_t n = strlen(name);
    const size_t n_end = strlen(end);
    return n >= n_end && strcmp(name + n - n_end, end) == 0;
}

static const char *total(const struct snug_exposition *exposition)
{
    return exposition->is_counter ? "_total" : "";
}

void snug_exposition_begin(struct snug_exposition *exposition, const char *name,
                           bool is_counter, const char *help)
{
    static const char *const units[] = {"bytes", "seconds"};
    FILE *out = exposition->out;
    exposition->name = name;
    exposition->is_counter = is_counter;
    const char *suffix = exposition->is_classic ? total(exposition) : "";
    (void)fprintf(out, "# TYPE snug_%s%s %s\n", name, suffix,
                  is_counter ? "counter" : "gauge");
    for (size_t i = 0; i < sizeof units / sizeof *units && !exposition->is_classic; i++)
        if (ends_in(name, units[i]))
            (void)fprintf(out, "# UNIT snug_%s %s\n", name, units[i]);
    (void)fprintf(out, "# HELP snug_%s%s %s.\n", name, suffix, help);
}

void snug_exposition_sample(struct snug_exposition *exposition)
{
    exposition->has_label = false;
    (void)fprintf(exposition->out, "snug_%s%s", exposition->name, total(exposition));
}

/* The format knows three escapes, and wants UTF-8. What has none would move the terminal of
 * whoever looks: it becomes U+FFFD, as what is not valid does; that one is empty. */
static void put_character(FILE *out, struct snug_text character)
{
    const int c = character.n ? character.at[0] : 0;
    if (c == '\n')
        (void)fputs("\\n", out);
    else if (c == '"' || c == '\\')
        (void)fprintf(out, "\\%c", c);
    else if (!character.n || snug_characters_is_control(character))
        (void)fputs("\xef\xbf\xbd", out);
    else
        (void)fwrite(character.at, 1, character.n, out);
}

void snug_exposition_label(struct snug_exposition *exposition, const char *name,
                           const char *value)
{
    FILE *out = exposition->out;
    struct snug_text rest = snug_text_of(value);
    (void)fprintf(out, "%c%s=\"", exposition->has_label ? ',' : '{', name);
    while (rest.n) {
        const size_t n = snug_characters_first(rest);
        put_character(out, (struct snug_text){rest.at, n});
        rest.at += n ? n : 1;
        rest.n -= n ? n : 1;
    }
    (void)fputc('"', out);
    exposition->has_label = true;
}

void snug_exposition_value(struct snug_exposition *exposition, uint64_t number)
{
    (void)fprintf(exposition->out, "%s %" PRIu64 "\n", exposition->has_label ? "}" : "",
                  number);
}

void snug_exposition_fraction(struct snug_exposition *exposition, uint64_t number,
                              uint64_t per_one)
{
    int n_digits = 0;
    for (uint64_t i = per_one; i > 1; i /= 10)
        n_digits++;
    (void)fprintf(exposition->out, "%s %" PRIu64 ".%0*" PRIu64 "\n",
                  exposition->has_label ? "}" : "", number / per_one, n_digits,
                  number % per_one);
}

void snug_exposition_end(const struct snug_exposition *exposition)
{
    if (!exposition->is_classic)
        (void)fputs("# EOF\n", exposition->out);
}
