/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A census as bars and sparklines that fill a terminal, look after look.
 */
#pragma once

#include "snug/cli/stat/census.h"
#include "snug/cli/stat/meter.h"
#include "snug/cli/stat/display.h"

/* A line is a name, a text, or a meter, which has a trail. */
struct snug_screen_line {
    const char *of; /* `CPU of `: the line is a name. */
    char *text;     /* The name or the text; its owner is the screen. */
    struct snug_meter meter;
    struct snug_trail *trail;
};

struct snug_screen {
    struct snug_display display;
    uint64_t interval_seconds;
    bool is_all;
    size_t n;
    struct snug_screen_line *line;
    /* Of the look before, whose trails go on. */
    size_t n_before;
    size_t next_before;
    struct snug_screen_line *line_before;
};

/* Takes the terminal over. `is_all` as for snug_stat_text_write. -errno. */
int snug_screen_open(struct snug_screen *screen, uint64_t interval_seconds, bool is_all);

/* Takes the figures of a look, and draws them. Rates are those since `before`, which is
 * NULL at the first look. */
void snug_screen_show(struct snug_screen *screen, const struct snug_census *census,
                      const struct snug_census *before);

/* Waits for the next look and draws anew what the terminal asks for. False: it is to end.
 */
bool snug_screen_wait(struct snug_screen *screen);

/* Gives the terminal back. */
void snug_screen_close(struct snug_screen *screen);
