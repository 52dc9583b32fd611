/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of a screen are kept, so that another size needs no other look. Cgroups come
 * first: what limits is what is looked for.
 */
#include "snug/cli/stat/screen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cli/command/clock.h"
#include "snug/cli/stat/gauges.h"
#include "snug/cli/stat/stat_text.h"

enum { STEP = 32, HEAD_BYTES = 160 };

static struct snug_screen_line *add_line(struct snug_screen *screen)
{
    if (screen->n % STEP == 0) {
        void *const larger =
            reallocarray(screen->line, screen->n + STEP, sizeof *screen->line);
        if (!larger)
            return NULL;
        screen->line = larger;
    }
    struct snug_screen_line *const ret = &screen->line[screen->n];
    *ret = (struct snug_screen_line){0};
    return ret;
}

/* `of` is NULL for a text that is no name. */
static void add_text(struct snug_screen *screen, const char *of, const char *text)
{
    struct snug_screen_line *const line = add_line(screen);
    char *const copy = line ? strdup(text) : NULL;
    if (!copy)
        return;
    line->of = of;
    line->text = copy;
    screen->n++;
}

/* The name above a line; NULL if there is none. */
static const struct snug_screen_line *head_of(const struct snug_screen_line *line, size_t i)
{
    for (i++; i-- > 0;)
        if (line[i].of)
            return &line[i];
    return NULL;
}

static bool is_same_head(const struct snug_screen_line *a, const struct snug_screen_line *b)
{
    return a && b && strcmp(a->of, b->of) == 0 && strcmp(a->text, b->text) == 0;
}

/* The trail of the same meter at the last look, which keeps none; NULL if it had none. The
 * order of the lines is mostly the same. */
static struct snug_trail *take_trail(struct snug_screen *screen,
                                     const struct snug_meter *meter)
{
    const struct snug_screen_line *head =
        screen->n ? head_of(screen->line, screen->n - 1) : NULL;
    for (size_t i = 0; i < screen->n_before; i++) {
        const size_t at = (screen->next_before + i) % screen->n_before;
        struct snug_screen_line *const line = &screen->line_before[at];
        if (!line->trail || strcmp(line->meter.label, meter->label) != 0 ||
            !is_same_head(head_of(screen->line_before, at), head))
            continue;
        struct snug_trail *const ret = line->trail;
        line->trail = NULL;
        screen->next_before = at + 1;
        return ret;
    }
    return NULL;
}

static void add_meter(const struct snug_meter *meter, void *context)
{
    struct snug_screen *const screen = context;
    struct snug_trail *trail = take_trail(screen, meter);
    if (!trail)
        trail = calloc(1, sizeof *trail);
    struct snug_screen_line *const line = trail ? add_line(screen) : NULL;
    if (!line) {
        free(trail);
        return;
    }
    snug_meter_remember(trail, meter->part);
    line->meter = *meter;
    line->trail = trail;
    screen->n++;
}

/* What snug has counted is a line each, as without a terminal. */
static void add_page(struct snug_screen *screen, const struct snug_observed *of,
                     const struct snug_observed *before)
{
    char *text = NULL;
    size_t size;
    FILE *const out = open_memstream(&text, &size);
    if (!out)
        return;
    snug_stat_text_write_page(of, before, screen->is_all, out);
    if (fclose(out) == 0)
        for (char *rest = text, *row; (row = strsep(&rest, "\n"));)
            if (row[0])
                add_text(screen, NULL, row);
    free(text);
}

static void add_process(struct snug_screen *screen, const struct snug_observed *of,
                        const struct snug_observed *before)
{
    char text[HEAD_BYTES];
    (void)snprintf(text, sizeof text, "%d %s", of->snapshot.pid, of->condition.name);
    add_text(screen, "Process ", text);
    snug_gauges_of_process(of, add_meter, screen);
    if (of->has_page)
        add_page(screen, of, before);
}

static void free_lines(struct snug_screen_line *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(line[i].text);
        free(line[i].trail);
    }
    free(line);
}

static void take(struct snug_screen *screen, const struct snug_census *census,
                 const struct snug_census *before)
{
    const uint64_t span_ns = before ? census->taken_ns - before->taken_ns : 0;
    screen->line_before = screen->line;
    screen->n_before = screen->n;
    screen->line = NULL;
    screen->n = screen->next_before = 0;
    for (size_t i = 0; i < census->n_cpu; i++) {
        const struct snug_cpu_group *group = &census->cpu[i];
        add_text(screen, "CPU of ", group->path);
        snug_gauges_of_cpu(group, before ? snug_census_find_cpu(before, group->path) : NULL,
                           span_ns, add_meter, screen);
    }
    for (size_t i = 0; i < census->n_memory; i++) {
        const struct snug_memory_group *group = &census->memory[i];
        char row[HEAD_BYTES];
        add_text(screen, "Memory of ", group->path);
        snug_gauges_of_memory(group, add_meter, screen);
        snug_gauges_put_events(group,
                               before ? snug_census_find_memory(before, group->path) : NULL,
                               sizeof row, row);
        add_text(screen, NULL, row);
    }
    for (size_t i = 0; i < census->n; i++) {
        const struct snug_observed *of = &census->observed[i];
        add_process(screen, of, before ? snug_census_find(before, of) : NULL);
    }
    free_lines(screen->line_before, screen->n_before);
    screen->line_before = NULL;
    screen->n_before = 0;
}

static void write_line(const struct snug_paint *paint, const struct snug_screen_line *line)
{
    if (line->of)
        snug_meter_write_name(paint, line->of, line->text);
    else if (line->trail)
        snug_meter_write(paint, &line->meter, line->trail);
    else
        snug_meter_write_text(paint, line->text, false);
}

static void write_head(const struct snug_screen *screen, const struct snug_paint *paint)
{
    char text[HEAD_BYTES];
    (void)snprintf(text, sizeof text, "snug stat, every %" PRIu64 " s; q ends it",
                   screen->interval_seconds);
    snug_meter_write_text(paint, text, true);
}

/* All at once, so that nothing flickers: each line clears what stood behind it, and the
 * last one what stood below. */
static void draw(const struct snug_screen *screen)
{
    static const char next[] = "\r\n\x1b[2K";
    unsigned columns;
    unsigned rows;
    char *frame = NULL;
    size_t size;
    FILE *const out = open_memstream(&frame, &size);
    if (!out)
        return;
    snug_display_size(&columns, &rows);
    const struct snug_paint paint = {.out = out,
                                     .columns = columns,
                                     .is_utf8 = screen->display.is_utf8,
                                     .has_colour = screen->display.has_colour};
    size_t n_shown = screen->n;
    const bool is_all = screen->n < rows;
    if (!is_all) /* The last row says what is missing. */
        n_shown = rows > 2 ? rows - 2 : 0;
    (void)fputs("\x1b[H\x1b[2K", out);
    write_head(screen, &paint);
    for (size_t i = 0; i < n_shown; i++) {
        (void)fputs(next, out);
        write_line(&paint, &screen->line[i]);
    }
    if (!is_all && rows > 1) {
        char text[HEAD_BYTES];
        (void)snprintf(text, sizeof text, "  and %zu lines more, in a higher terminal",
                       screen->n - n_shown);
        (void)fputs(next, out);
        snug_meter_write_text(&paint, text, false);
    }
    if (screen->n + 1 < rows)
        (void)fputs("\r\n\x1b[J", out);
    if (fclose(out) == 0)
        (void)fwrite(frame, 1, size, stdout);
    free(frame);
    (void)fflush(stdout); /* What fails here fails at the next look again, and is told. */
}

int snug_screen_open(struct snug_screen *screen, uint64_t interval_seconds, bool is_all)
{
    *screen = (struct snug_screen){.interval_seconds = interval_seconds, .is_all = is_all};
    return snug_display_enter(&screen->display);
}

void snug_screen_show(struct snug_screen *screen, const struct snug_census *census,
                      const struct snug_census *before)
{
    take(screen, census, before);
    draw(screen);
}

bool snug_screen_wait(struct snug_screen *screen)
{
    const uint64_t until = snug_clock_ns() + screen->interval_seconds * SNUG_CLOCK_NS_PER_S;
    for (;;)
        switch (snug_display_wait(&screen->display, until)) {
        case SNUG_DISPLAY_TIME:
            return true;
        case SNUG_DISPLAY_QUIT:
            return false;
        case SNUG_DISPLAY_REDRAW:
            draw(screen);
            break;
        }
}

void snug_screen_close(struct snug_screen *screen)
{
    snug_display_leave(&screen->display);
    free_lines(screen->line, screen->n);
}
