/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By the words of the table of options.
 */
#include "snug/cli/completion/valued.h"

#include <stddef.h>
#include <string.h>

enum snug_valued snug_valued_by(const char *value)
{
    static const char *const files[] = {"DIR", "FILE", "PATH"};
    if (!value)
        return SNUG_VALUED_NOT;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(value, files[i]) == 0)
            return SNUG_VALUED_FILE;
    return strcmp(value, "PID") == 0 ? SNUG_VALUED_PID : SNUG_VALUED_OTHER;
}
