/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A file that is written beside another and takes its place in one step, when it is whole.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct snug_beside {
    int fd;              /* To write to; -1: there is none. */
    bool has_name;       /* It has that name; mostly it gets one for a moment at the end. */
    char name[PATH_MAX]; /* Ends in six letters. */
};

/* Opens an empty file of mode 0600. `name` is that beside the place, ending in `XXXXXX`.
 * Where the file system has files without a name, nothing is left of it if the process is
 * killed. Returns 0 or -errno, and then there is none. */
int snug_beside_open(const char *name, struct snug_beside *ret);

/* Closes it and puts it at the place. Returns 0 or -errno; it is to be dropped then. */
int snug_beside_put(struct snug_beside *beside, const char *place);

/* Takes it away, if it was not put. */
void snug_beside_drop(struct snug_beside *beside);
