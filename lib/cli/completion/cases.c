/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A case that two options share is there once.
 */
#include "snug/cli/completion/cases.h"

#include <stdbool.h>
#include <string.h>

#include "snug/cli/command/arguments.h"
#include "snug/cli/command/help.h"
#include "snug/cli/completion/valued.h"
#include "snug/policy/options.h"

enum { NAMES_MAX = 64 };

/* Options of any command whose value is of a kind. */
struct shared {
    FILE *out;
    enum snug_valued kind;
    unsigned n;
    const char *name[NAMES_MAX]; /* Written already. */
};

static void write_shared(const char *name, const char *value, void *context)
{
    struct shared *const shared = context;
    if (snug_valued_by(value) != shared->kind || shared->n == NAMES_MAX)
        return;
    for (unsigned i = 0; i < shared->n; i++)
        if (strcmp(name, shared->name[i]) == 0)
            return;
    (void)fprintf(shared->out, "%s--%s", shared->n ? " | " : "", name);
    shared->name[shared->n++] = name;
}

static void write_all_of(enum snug_valued kind, FILE *out)
{
    struct shared shared = {.out = out, .kind = kind};
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2)
        snug_arguments_each(bit, write_shared, &shared);
}

static void write_option(const char *name, const char *value, void *context)
{
    (void)value;
    (void)fprintf(context, " --%s", name);
}

static void write_names(const struct snug_cases *cases, FILE *out)
{
    (void)fputs(cases->head, out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2)
        (void)fprintf(out, " %s", snug_help_name(bit));
    (void)fputs(" --help --help=keys --version", out);
    (void)fputs(cases->keys, out);
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        (void)fprintf(out, " --%s=", snug_options[i].name);
}

static void write_commands(const struct snug_cases *cases, FILE *out)
{
    (void)fputs(cases->commands, out);
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2) {
        (void)fprintf(out, "    %s%s", snug_help_name(bit), cases->options);
        snug_arguments_each(bit, write_option, out);
        (void)fputs(snug_arguments_takes_keys(bit) ? cases->all_keys : cases->no_keys, out);
    }
}

static void write_values(const struct snug_cases *cases, FILE *out)
{
    (void)fputs(cases->values, out);
    write_all_of(SNUG_VALUED_FILE, out);
    (void)fputs(cases->files, out);
    write_all_of(SNUG_VALUED_PID, out);
    (void)fputs(cases->processes, out);
    for (unsigned i = 0; i < SNUG_N_KEYS; i++)
        if (snug_options[i].words[0])
            (void)fprintf(out, "    --%s%s%s%s", snug_options[i].name, cases->words,
                          snug_options[i].words, cases->words_end);
}

void snug_cases_write(const struct snug_cases *cases, FILE *out)
{
    write_names(cases, out);
    write_commands(cases, out);
    write_values(cases, out);
    (void)fputs(cases->tail, out);
}
