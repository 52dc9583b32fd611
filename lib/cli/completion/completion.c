/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug completion`: a script for a shell, made from the tables of options and keys, so
 * that it cannot fall behind. Nothing of it runs snug.
 */
#include "snug/cli/completion/completion.h"

#include <stdio.h>

#include "snug/base/text.h"
#include "snug/cli/command/help.h"
#include "snug/cli/completion/cases.h"
#include "snug/cli/completion/fish.h"

static const struct {
    const char *name;
    const struct snug_cases *cases; /* NULL: it is fish's own form. */
} shells[] = {
    {"bash", &snug_cases_bash},
    {"zsh", &snug_cases_zsh},
    {"fish", NULL},
};

int snug_completion_main(char *const *argv)
{
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_COMPLETION, argv, &arguments, &status))
        return status;
    const char *name = arguments.operand[0];
    for (size_t i = 0; name && !arguments.operand[1] && i < sizeof shells / sizeof *shells;
         i++)
        if (snug_text_equals(snug_text_of(name), shells[i].name)) {
            if (shells[i].cases)
                snug_cases_write(shells[i].cases, stdout);
            else
                snug_fish_write(stdout);
            return 0;
        }
    return snug_help_complain(SNUG_COMMAND_COMPLETION,
                              "the shell is to be bash, zsh or fish");
}
