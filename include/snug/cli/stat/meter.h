/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines of a screen: a label, a bar, a figure in words, and a sparkline of the last looks.
 * A line is never wider than the screen; all characters are taken for one column wide.
 */
#pragma once

#include <stdio.h>

#include "snug/cli/subject/evidence.h"

/* More looks than the widest sparkline shows. */
enum { SNUG_METER_SAMPLES = 256, SNUG_METER_TEXT_BYTES = 128 };

/* How a terminal wants it. */
struct snug_paint {
    FILE *out;
    unsigned columns;
    bool is_utf8;    /* Else bars and sparklines are made of ASCII. */
    bool has_colour; /* Else no line has any escape sequence. */
};

struct snug_meter {
    const char *label;
    char text[SNUG_METER_TEXT_BYTES]; /* `120 MiB of 256 MiB`. */
    struct snug_figure part;
    uint64_t whole;        /* What a full bar is; 0: there is no bar. */
    uint64_t warn_percent; /* From here on it is yellow, and then red. */
    uint64_t alarm_percent;
};

/* Some of a meter's earlier figures and the last, oldest first. */
struct snug_trail {
    size_t n;
    struct snug_figure sample[SNUG_METER_SAMPLES];
};

/* Appends; the oldest goes where there is no room. */
void snug_meter_remember(struct snug_trail *trail, struct snug_figure sample);

/* One line without its end. A figure that is not known has an empty bar, and a gap in the
 * sparkline. Narrow screens have no sparkline, and the narrowest no bar. */
void snug_meter_write(const struct snug_paint *paint, const struct snug_meter *meter,
                      const struct snug_trail *trail);

/* A line of text, cut; what leads elsewhere on the terminal becomes `?`. `is_head`: bold.
 */
void snug_meter_write_text(const struct snug_paint *paint, const char *text, bool is_head);

/* `CPU of /pod/app`: where that is too long the front of the name is cut. Bold. */
void snug_meter_write_name(const struct snug_paint *paint, const char *what,
                           const char *name);
