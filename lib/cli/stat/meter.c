/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Bars and sparklines. Columns are counted in characters.
 */
#include "snug/cli/stat/meter.h"

#include <string.h>

#include "snug/base/text.h"
#include "snug/cli/command/characters.h"
#include "snug/cli/subject/amount.h"

/* From the left: two of margin and the label, the bar in brackets, the text, the sparkline.
 */
enum {
    LABEL_COLUMNS = 14,
    TEXT_COLUMNS = 27,
    BAR_MIN = 8,
    BAR_MAX = 50,
    SPARK_MIN = 8,
    N_STEPS = 8,
};

static const char *const sparks[2][N_STEPS] = {
    {"_", ".", ":", "-", "=", "+", "*", "#"},
    {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
};
static const char *const full[2] = {"#", "█"};
static const char *const empty[2] = {"-", "░"};

static const char green[] = "\x1b[32m";
static const char yellow[] = "\x1b[33m";
static const char red[] = "\x1b[31m";
static const char bold[] = "\x1b[1m";
static const char plain[] = "\x1b[0m";

static void put_style(const struct snug_paint *paint, const char *style)
{
    if (paint->has_colour)
        (void)fputs(style, paint->out);
}

static size_t next_character(struct snug_text text)
{
    const size_t n = snug_characters_first(text);
    return n ? n : 1;
}

static size_t count_columns(struct snug_text text)
{
    size_t ret = 0;
    for (; text.n; ret++) {
        const size_t n = next_character(text);
        text = (struct snug_text){text.at + n, text.n - n};
    }
    return ret;
}

/* At most so many columns of it; returns how many that are. */
static unsigned put_cut(const struct snug_paint *paint, struct snug_text text,
                        unsigned columns)
{
    unsigned ret = 0;
    for (; text.n && ret < columns; ret++) {
        const size_t n = next_character(text);
        const struct snug_text character = {text.at, n};
        if (snug_characters_first(text) && !snug_characters_is_control(character))
            (void)fwrite(text.at, 1, n, paint->out);
        else
            (void)fputc('?', paint->out);
        text = (struct snug_text){text.at + n, text.n - n};
    }
    return ret;
}

static void put_padded(const struct snug_paint *paint, const char *text, unsigned columns)
{
    for (unsigned n = put_cut(paint, snug_text_of(text), columns); n < columns; n++)
        (void)fputc(' ', paint->out);
}

static void put_times(const struct snug_paint *paint, const char *what, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        (void)fputs(what, paint->out);
}

/* Something is never shown as nothing, nor anything else as full. */
static uint64_t scale(uint64_t part, uint64_t whole, uint64_t n)
{
    if (!part || !whole)
        return 0;
    if (part >= whole)
        return n;
    const uint64_t ret = (uint64_t)((unsigned __int128)part * n / whole);
    return ret ? ret : 1;
}

static void put_bar(const struct snug_paint *paint, const struct snug_meter *meter,
                    unsigned columns)
{
    const uint64_t percent = snug_amount_percent(meter->part.number, meter->whole);
    const uint64_t n =
        meter->part.is_known ? scale(meter->part.number, meter->whole, columns) : 0;
    if (!meter->whole) {
        put_times(paint, " ", columns + 2);
        return;
    }
    (void)fputc('[', paint->out);
    put_style(paint, percent >= meter->alarm_percent  ? red
                     : percent >= meter->warn_percent ? yellow
                                                      : green);
    put_times(paint, full[paint->is_utf8], n);
    put_style(paint, plain);
    put_times(paint, empty[paint->is_utf8], columns - n);
    (void)fputc(']', paint->out);
}

/* Where nothing says what is full, the highest that is shown does. */
static uint64_t find_top(const struct snug_trail *trail, size_t first, uint64_t whole)
{
    uint64_t ret = whole;
    for (size_t i = first; !whole && i < trail->n; i++)
        if (trail->sample[i].is_known && trail->sample[i].number > ret)
            ret = trail->sample[i].number;
    return ret;
}

/* The newest stands at the right end. */
static void put_sparks(const struct snug_paint *paint, const struct snug_trail *trail,
                       uint64_t whole, unsigned columns)
{
    const size_t n = trail->n < columns ? trail->n : columns;
    const size_t first = trail->n - n;
    const uint64_t top = find_top(trail, first, whole);
    put_times(paint, " ", columns - n);
    for (size_t i = first; i < trail->n; i++) {
        const struct snug_figure sample = trail->sample[i];
        const uint64_t step = scale(sample.number, top, N_STEPS - 1);
        (void)fputs(sample.is_known ? sparks[paint->is_utf8][step] : " ", paint->out);
    }
}

void snug_meter_remember(struct snug_trail *trail, struct snug_figure sample)
{
    if (trail->n == SNUG_METER_SAMPLES) {
        memmove(trail->sample, trail->sample + 1,
                (SNUG_METER_SAMPLES - 1) * sizeof *trail->sample);
        trail->n--;
    }
    trail->sample[trail->n++] = sample;
}

void snug_meter_write(const struct snug_paint *paint, const struct snug_meter *meter,
                      const struct snug_trail *trail)
{
    const unsigned fixed = 2 + LABEL_COLUMNS + TEXT_COLUMNS + 1;
    const unsigned left = paint->columns > fixed ? paint->columns - fixed : 0;
    /* Two of the brackets, one in front of the text, one in front of the sparkline. */
    const bool has_bar = left >= BAR_MIN + 3;
    const bool has_sparks = left >= BAR_MIN + SPARK_MIN + 3;
    unsigned bar = has_sparks ? (left - 3) / 2 : left > 3 ? left - 3 : 0;
    if (bar > BAR_MAX)
        bar = BAR_MAX;
    unsigned sparks_columns = left > bar + 3 ? left - bar - 3 : 0;
    if (sparks_columns > SNUG_METER_SAMPLES)
        sparks_columns = SNUG_METER_SAMPLES;

    unsigned at = 2 < paint->columns ? 2 : paint->columns;
    put_times(paint, " ", at);
    const unsigned label =
        paint->columns - at < LABEL_COLUMNS ? paint->columns - at : LABEL_COLUMNS;
    put_padded(paint, meter->label, label);
    at += label;
    if (has_bar) {
        put_bar(paint, meter, bar);
        (void)fputc(' ', paint->out);
        at += bar + 3;
    }
    const unsigned text =
        paint->columns - at < TEXT_COLUMNS ? paint->columns - at : TEXT_COLUMNS;
    put_padded(paint, meter->text, text);
    if (has_sparks) {
        (void)fputc(' ', paint->out);
        put_sparks(paint, trail, meter->whole, sparks_columns);
    }
}

void snug_meter_write_text(const struct snug_paint *paint, const char *text, bool is_head)
{
    if (is_head)
        put_style(paint, bold);
    (void)put_cut(paint, snug_text_of(text), paint->columns);
    if (is_head)
        put_style(paint, plain);
}

void snug_meter_write_name(const struct snug_paint *paint, const char *what,
                           const char *name)
{
    struct snug_text rest = snug_text_of(name);
    size_t columns = count_columns(rest);
    put_style(paint, bold);
    const unsigned n = put_cut(paint, snug_text_of(what), paint->columns);
    const unsigned left = paint->columns - n;
    if (columns > left && left > 1) {
        const char *dots = paint->is_utf8 ? "…" : "~";
        for (; columns > left - 1; columns--) {
            const size_t first = next_character(rest);
            rest = (struct snug_text){rest.at + first, rest.n - first};
        }
        (void)fputs(dots, paint->out);
    }
    (void)put_cut(paint, rest, left);
    put_style(paint, plain);
}
