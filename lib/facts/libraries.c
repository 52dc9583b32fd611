/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines of build information: `dep`, a module's path, its version and its sum, parted by
 * tabs.
 */
#include "snug/facts/libraries.h"

/* In the order of enum snug_library; then one that sizes nothing. */
static const char paths[][48] = {
    "github.com/KimMachineGun/automemlimit",
    "go.uber.org/automaxprocs",
    "github.com/rdforte/gomaxecs",
    "kernel.org/pub/linux/libs/security/libcap/psx",
};

enum { PSX = 3, N_PATHS };

unsigned snug_libraries_find(struct snug_text module, bool *ret_has_psx)
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
    *ret_has_psx = ret >> PSX;
    return ret & ((1u << PSX) - 1);
}
