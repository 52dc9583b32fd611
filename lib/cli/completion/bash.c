/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A function for complete -F. bash parts words at `=`.
 */
#include "snug/cli/command/arguments.h"
#include "snug/cli/command/help.h"
#include "snug/cli/completion/bash.h"
#include "snug/cli/completion/valued.h"
#include "snug/policy/options.h"

static const char head[] =
    "# Completion of snug " SNUG_VERSION " for bash: source this file.\n"
    "_snug() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local key= options= keys= i at=2\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" = 1 ]; then\n";

static const char values[] = "    if [ \"$word\" = = ]; then\n"
                             "        key=$before word=\n"
                             "    elif [ \"$before\" = = ]; then\n"
                             "        key=${COMP_WORDS[COMP_CWORD-2]}\n"
                             "    elif [[ $before == --* ]]; then\n"
                             "        key=$before\n"
                             "    fi\n"
                             "    case $key in\n    ";
static const char of_files[] = ")\n"
                               "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
                               "        return ;;\n    ";
static const char of_pids[] =
    ")\n"
    "        COMPREPLY=($(compgen -W \"$(cd /proc && echo [0-9]*)\" -- \"$word\"))\n"
    "        return ;;\n";

static const char tail[] =
    "    if [[ $word == -* ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$options $keys\" -- \"$word\"))\n"
    "        [ \"${#COMPREPLY[@]}\" != 1 ] || [[ $COMPREPLY != *= ]] || compopt -o "
    "nospace\n"
    "    elif [[ ${COMP_WORDS[1]} == @(explain|run|doctor) ]]; then\n"
    "        COMPREPLY=($(compgen -c -f -- \"$word\"))\n"
    "    elif [ \"${COMP_WORDS[1]}\" = completion ]; then\n"
    "        COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$word\"))\n"
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

void snug_bash_write(FILE *out)
{
    (void)fputs(head, out);
    write_commands(out);
    write_keys(out);
    write_options(out);
    (void)fputs(values, out);
    snug_valued_write(snug_valued_files, "--", " | ", out);
    (void)fputs(of_files, out);
    snug_valued_write(snug_valued_pids, "--", " | ", out);
    (void)fputs(of_pids, out);
    write_words(out);
    (void)fputs(tail, out);
}
