/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Colours of a page: on a terminal alone, and nowhere where NO_COLOR is set.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum snug_tone {
    SNUG_TONE_PLAIN,
    SNUG_TONE_HEADING,
    SNUG_TONE_GOOD,
    SNUG_TONE_HINT,
    SNUG_TONE_DOUBT,
    SNUG_TONE_BAD,
    SNUG_TONE_FAINT,
};

/* Whether `out` is a terminal that is not dumb, and NO_COLOR is not set or empty. */
bool snug_tone_is_taken(FILE *out);

/* What is written from here on has that tone; nothing changes where none is taken. */
void snug_tone_set(FILE *out, enum snug_tone tone);
