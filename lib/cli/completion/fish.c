/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A line for each option of a command, which fish puts together itself.
 */
#include <string.h>

#include "snug/cli/command/arguments.h"
#include "snug/cli/command/help.h"
#include "snug/cli/completion/fish.h"
#include "snug/cli/completion/valued.h"
#include "snug/policy/options.h"

static const char head[] =
    "# Completion of snug " SNUG_VERSION
    " for fish: name this snug.fish, in ~/.config/fish/completions.\n"
    "function __snug_is_first\n"
    "    test (count (commandline -opc)) = 1\n"
    "end\n"
    "function __snug_is\n"
    "    set -l before (commandline -opc)\n"
    "    test (count $before) -ge 2; and contains -- $before[2] $argv\n"
    "end\n"
    "complete -c snug -e\n"
    "complete -c snug -n __snug_is_first -l version\n"
    "complete -c snug -n __snug_is_first -f -a '--help --help=keys";

static const char operands[] =
    "complete -c snug -n '__snug_is explain run doctor' -a '(__fish_complete_command)'\n"
    "complete -c snug -n '__snug_is completion' -f -a 'bash zsh fish'\n";

struct writer {
    FILE *out;
    const char *command;
};

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static void write_option(const char *name, const char *value, void *context)
{
    const struct writer *writer = context;
    const char *kind = "";
    if (value && is_one_of(value, snug_valued_files))
        kind = " -r";
    else if (value && is_one_of(value, snug_valued_pids))
        kind = " -x -a \"(string match -r '^[0-9]+\\$' (command ls /proc))\"";
    else if (value)
        kind = " -x";
    (void)fprintf(writer->out, "complete -c snug -n '__snug_is %s' -l %s%s\n",
                  writer->command, name, kind);
}

void snug_fish_write(FILE *out)
{
    (void)fputs(head, out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2)
        (void)fprintf(out, " %s", snug_help_name(bit));
    (void)fputs("'\n", out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2) {
        struct writer writer = {out, snug_help_name(bit)};
        snug_arguments_each(bit, write_option, &writer);
    }
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        (void)fprintf(out,
                      "complete -c snug -n '__snug_is explain run doctor' -l %s -x%s%s%s\n",
                      snug_options[i].name, snug_options[i].words[0] ? " -a '" : "",
                      snug_options[i].words, snug_options[i].words[0] ? "'" : "");
    (void)fputs(operands, out);
}
