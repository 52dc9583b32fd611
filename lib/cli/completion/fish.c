/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A line for each option of a command, which fish puts together itself.
 */
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

/* Who takes keys takes a program. */
static const char operands[] =
    "complete -c snug -n __snug_takes_keys -a '(__fish_complete_command)'\n"
    "complete -c snug -n '__snug_is completion' -f -a 'bash zsh fish'\n";

struct writer {
    FILE *out;
    const char *command;
};

static void write_option(const char *name, const char *value, void *context)
{
    const struct writer *writer = context;
    static const char *const takes[] = {
        [SNUG_VALUED_NOT] = "",
        [SNUG_VALUED_FILE] = " -r",
        [SNUG_VALUED_PID] = " -x -a \"(string match -r '^[0-9]+\\$' (command ls /proc))\"",
        [SNUG_VALUED_OTHER] = " -x",
    };
    (void)fprintf(writer->out, "complete -c snug -n '__snug_is %s' -l %s%s\n",
                  writer->command, name, takes[snug_valued_by(value)]);
}

static void write_takers(FILE *out)
{
    (void)fputs("function __snug_takes_keys\n    __snug_is", out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2)
        if (snug_arguments_takes_keys(bit))
            (void)fprintf(out, " %s", snug_help_name(bit));
    (void)fputs("\nend\n", out);
}

void snug_fish_write(FILE *out)
{
    (void)fputs(head, out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2)
        (void)fprintf(out, " %s", snug_help_name(bit));
    (void)fputs("'\n", out);
    write_takers(out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2) {
        struct writer writer = {out, snug_help_name(bit)};
        snug_arguments_each(bit, write_option, &writer);
    }
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        (void)fprintf(out, "complete -c snug -n __snug_takes_keys -l %s -x%s%s%s\n",
                      snug_options[i].name, snug_options[i].words[0] ? " -a '" : "",
                      snug_options[i].words, snug_options[i].words[0] ? "'" : "");
    (void)fputs(operands, out);
}
