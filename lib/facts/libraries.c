/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines of build information: `dep`, a module's path, its version and its sum, parted by
 * tabs.
 */
#include "snug/facts/libraries.h"

/* In the order of enum snug_library. */
static const char paths[][40] = {
    "github.com/KimMachineGun/automemlimit",
    "go.uber.org/automaxprocs",
    "github.com/rdforte/gomaxecs",
};

enum { N_PATHS = sizeof paths / sizeof *paths };

unsigned snug_libraries_find(struct snug_text module)
{
    unsigned ret = 0;
    struct snug_text line;
    while (snug_text_cut(&module, '\n', &line)) {
        struct snug_text word;
        if (!snug_text_starts(line, "dep\t") || !snug_text_cut(&line, '\t', &word) ||
            !snug_text_cut(&line, '\t', &word))
            continue;
        for (unsigned i = 0; i < N_PATHS; i++)
            if (snug_text_equals(word, paths[i]))
                ret |= 1u << i;
    }
    return ret;
}
