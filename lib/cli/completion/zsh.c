/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A function for compinit, which takes it from a file named _snug, or is told when the
 * script is sourced.
 */
#include "snug/cli/command/arguments.h"
#include "snug/cli/command/help.h"
#include "snug/cli/completion/valued.h"
#include "snug/cli/completion/zsh.h"
#include "snug/policy/options.h"

static const char head[] =
    "#compdef snug\n"
    "# Completion of snug " SNUG_VERSION " for zsh: name this _snug, in a directory of "
    "fpath.\n"
    "_snug() {\n"
    "    local word=$words[CURRENT] before=$words[CURRENT-1] key=\n"
    "    local -a options keys\n"
    "    if (( CURRENT == 2 )); then\n";

static const char values[] = "    if [[ $word == --*=* ]]; then\n"
                             "        key=${word%%=*}\n"
                             "        compset -P '*='\n"
                             "    elif [[ $before == --* ]]; then\n"
                             "        key=$before\n"
                             "    fi\n"
                             "    case $key in\n"
                             "    ";
static const char of_files[] = ")\n"
                               "        _files\n"
                               "        return ;;\n"
                               "    ";
static const char of_pids[] = ")\n"
                              "        compadd -- /proc/[0-9]*(N:t)\n"
                              "        return ;;\n";

static const char tail[] = "    esac\n"
                           "    if [[ $word == -* ]]; then\n"
                           "        compadd -- $options\n"
                           "        compadd -S '' -- $keys\n"
                           "    elif [[ $words[2] == (explain|run|doctor) ]]; then\n"
                           "        _command_names -e\n"
                           "        _files\n"
                           "    elif [[ $words[2] == completion ]]; then\n"
                           "        compadd -- bash zsh fish\n"
                           "    else\n"
                           "        _files\n"
                           "    fi\n"
                           "}\n"
                           "if [[ $funcstack[1] == _snug ]]; then\n"
                           "    _snug \"$@\"\n"
                           "else\n"
                           "    compdef _snug snug\n"
                           "fi\n";

static void write_option(const char *name, const char *value, void *context)
{
    (void)value;
    (void)fprintf(context, " --%s", name);
}

static void write_commands(FILE *out)
{
    (void)fputs("        compadd --", out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2)
        (void)fprintf(out, " %s", snug_help_name(bit));
    (void)fputs(" --help --help=keys --version\n        return\n    fi\n    keys=(", out);
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        (void)fprintf(out, "%s--%s=", i ? " " : "", snug_options[i].name);
    (void)fputs(")\n", out);
}

static void write_options(FILE *out)
{
    (void)fputs("    case $words[2] in\n", out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2) {
        (void)fprintf(out, "    %s) options=(", snug_help_name(bit));
        snug_arguments_each(bit, write_option, out);
        (void)fprintf(out, ")%s ;;\n", snug_arguments_takes_keys(bit) ? "" : " keys=()");
    }
    (void)fputs("    *) return 1 ;;\n    esac\n", out);
}

static void write_words(FILE *out)
{
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        if (snug_options[i].words[0])
            (void)fprintf(out,
                          "    --%s)\n"
                          "        compadd -- %s\n"
                          "        return ;;\n",
                          snug_options[i].name, snug_options[i].words);
}

void snug_zsh_write(FILE *out)
{
    (void)fputs(head, out);
    write_commands(out);
    write_options(out);
    (void)fputs(values, out);
    snug_valued_write(snug_valued_files, "--", " | ", out);
    (void)fputs(of_files, out);
    snug_valued_write(snug_valued_pids, "--", " | ", out);
    (void)fputs(of_pids, out);
    write_words(out);
    (void)fputs(tail, out);
}
