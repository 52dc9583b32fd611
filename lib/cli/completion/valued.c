/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By the table of options.
 */
#include "snug/cli/completion/valued.h"

#include <stdbool.h>
#include <string.h>

#include "snug/cli/command/arguments.h"

enum { NAMES_MAX = 64 };

const char *const snug_valued_files[] = {"DIR", "FILE", "PATH", NULL};
const char *const snug_valued_pids[] = {"PID", NULL};

struct writer {
    const char *const *kinds;
    const char *prefix;
    const char *separator;
    FILE *out;
    unsigned n;
    const char *name[NAMES_MAX];
};

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n && names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void write_one(const char *name, const char *value, void *context)
{
    struct writer *const writer = context;
    if (!value || !is_one_of(value, writer->kinds, NAMES_MAX) || writer->n == NAMES_MAX ||
        is_one_of(name, writer->name, writer->n))
        return;
    (void)fprintf(writer->out, "%s%s%s", writer->n ? writer->separator : "", writer->prefix,
                  name);
    writer->name[writer->n++] = name;
}

void snug_valued_write(const char *const *kinds, const char *prefix, const char *separator,
                       FILE *out)
{
    struct writer writer = {
        .kinds = kinds, .prefix = prefix, .separator = separator, .out = out};
    for (unsigned bit = 1; bit < SNUG_COMMAND_END; bit *= 2)
        snug_arguments_each(bit, write_one, &writer);
}
