/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Figures as words for a sentence. They come by value: `snug_amount_bytes(figure).text`
 * holds until the end of the statement that it stands in.
 */
#pragma once

#include "snug/cli/subject/evidence.h"

struct snug_amount {
    char text[32];
};

/* `230 MiB`, `1.5 GiB`, `4 KiB`, cut to one decimal; `unknown`. */
struct snug_amount snug_amount_bytes(struct snug_figure figure);

struct snug_amount snug_amount_of(uint64_t bytes);

/* `1.5` for 1500, with ` CPU` or ` CPUs`. */
struct snug_amount snug_amount_cpus(uint64_t milli);

/* `2 h 5 min`, `12.5 s`, `310 ms`; `unknown`. */
struct snug_amount snug_amount_usec(struct snug_figure figure);

/* `part` in a hundred of `whole`, cut; 0 if the whole is 0, and never above UINT64_MAX. */
uint64_t snug_amount_percent(uint64_t part, uint64_t whole);
