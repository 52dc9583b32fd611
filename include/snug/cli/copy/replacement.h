/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A copy of a file that takes the place of another in one step. So nobody sees half of it,
 * and who has the old one mapped keeps that.
 */
#pragma once

#include "snug/cli/command/beside.h"

/* `{.beside.fd = -1}` is none. */
struct snug_replacement {
    char place[PATH_MAX];
    struct snug_beside beside; /* Between preparing and finishing. */
};

/* Writes a copy of SOURCE, a descriptor at its start, with MODE, beside DIRECTORY/NAME;
 * none if the same is there already, as a file of that mode. Returns 0 or -errno, and then
 * there is none either. */
int snug_replacement_prepare(int source, const char *directory, const char *name,
                             mode_t mode, struct snug_replacement *ret);

/* Puts what was prepared, if anything was, at its place. Returns 0 or -errno. */
int snug_replacement_finish(struct snug_replacement *replacement);

/* Takes away what was prepared and not finished. */
void snug_replacement_drop(struct snug_replacement *replacement);
