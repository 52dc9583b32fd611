/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `snug completion`: a script for a shell, made from the tables of options and keys, so
 * that it cannot fall behind. Nothing of it runs snug.
 */
#include <stdio.h>

#include "snug/base/text.h"
#include "snug/cli/command/arguments.h"
#include "snug/cli/command/help.h"
#include "snug/cli/completion/completion.h"
#include "snug/policy/options.h"

static const char head[] =
    "# Completion of snug " SNUG_VERSION " for bash: source this file.\n"
    "_snug() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local key= options= keys= i at=2\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" = 1 ]; then\n";

/* bash parts words at `=`. */
static const char values[] =
    "    if [ \"$word\" = = ]; then\n"
    "        key=$before word=\n"
    "    elif [ \"$before\" = = ]; then\n"
    "        key=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    elif [[ $before == --* ]]; then\n"
    "        key=$before\n"
    "    fi\n"
    "    case $key in\n"
    "    --root | --policy | --seccomp | --textfile | --cgroup)\n"
    "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
    "        return ;;\n"
    "    --pid)\n"
    "        COMPREPLY=($(compgen -W \"$(cd /proc && echo [0-9]*)\" -- \"$word\"))\n"
    "        return ;;\n";

static const char tail[] =
    "    if [[ $word == -* ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$options $keys\" -- \"$word\"))\n"
    "        [ \"${#COMPREPLY[@]}\" != 1 ] || [[ $COMPREPLY != *= ]] || compopt -o "
    "nospace\n"
    "    elif [[ ${COMP_WORDS[1]} == @(explain|run|doctor) ]]; then\n"
    "        COMPREPLY=($(compgen -c -f -- \"$word\"))\n"
    "    else\n"
    "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
    "    fi\n"
    "}\n"
    "complete -F _snug snug\n";

static void write_option(const char *name, const char *value, void *context)
{
    (void)value;
    (void)fprintf(context, " --%s", name);
}

static void write_keys(FILE *out)
{
    (void)fputs("    keys='", out);
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        (void)fprintf(out, "%s--%s=", i ? " " : "", snug_options[i].name);
    (void)fputs("'\n", out);
}

static void write_commands(FILE *out)
{
    (void)fputs("        COMPREPLY=($(compgen -W '", out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2)
        (void)fprintf(out, "%s ", snug_help_name(bit));
    (void)fputs("--help --help=keys --version' -- \"$word\"))\n        return\n    fi\n",
                out);
}

static void write_options(FILE *out)
{
    (void)fputs("    case ${COMP_WORDS[1]} in\n", out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2) {
        (void)fprintf(out, "    %s) options='", snug_help_name(bit));
        snug_arguments_each(bit, write_option, out);
        (void)fprintf(out, "'%s ;;\n", snug_arguments_takes_keys(bit) ? "" : " keys=");
    }
    (void)fputs("    *) return ;;\n    esac\n", out);
}

static void write_words(FILE *out)
{
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        if (snug_options[i].words[0])
            (void)fprintf(out,
                          "    --%s)\n"
                          "        COMPREPLY=($(compgen -W '%s' -- \"$word\"))\n"
                          "        return ;;\n",
                          snug_options[i].name, snug_options[i].words);
    (void)fputs("    esac\n", out);
}

static void write_bash(FILE *out)
{
    (void)fputs(head, out);
    write_commands(out);
    write_keys(out);
    write_options(out);
    (void)fputs(values, out);
    write_words(out);
    (void)fputs(tail, out);
}

int snug_completion_main(char *const *argv)
{
    int status;
    struct snug_arguments arguments;
    if (!snug_help_parse(SNUG_COMMAND_COMPLETION, argv, &arguments, &status))
        return status;
    if (!arguments.operand[0] || arguments.operand[1] ||
        !snug_text_equals(snug_text_of(arguments.operand[0]), "bash"))
        return snug_help_complain(SNUG_COMMAND_COMPLETION, "the shell is to be bash");
    write_bash(stdout);
    return 0;
}
