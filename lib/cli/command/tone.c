/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The eight colours that every terminal has, so that they are the ones that its user chose.
 */
#include "snug/cli/command/tone.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool snug_tone_is_taken(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return (!no_colour || !no_colour[0]) && terminal && terminal[0] &&
           strcmp(terminal, "dumb") != 0 && isatty(fileno(out));
}

void snug_tone_set(FILE *out, enum snug_tone tone)
{
    static const char *const sequences[] = {
        [SNUG_TONE_PLAIN] = "\033[0m",  [SNUG_TONE_HEADING] = "\033[1m",
        [SNUG_TONE_GOOD] = "\033[32m",  [SNUG_TONE_HINT] = "\033[36m",
        [SNUG_TONE_DOUBT] = "\033[33m", [SNUG_TONE_BAD] = "\033[31m",
        [SNUG_TONE_FAINT] = "\033[2m",
    };
    if (snug_tone_is_taken(out))
        (void)fputs(sequences[tone], out);
}
