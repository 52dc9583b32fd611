/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The policy file as it was at one time: what tells whether it is another one now.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct stat;

/* All 0: there is no such file. */
struct snug_edition {
    uint64_t device;
    uint64_t inode;
    uint64_t n_bytes;
    int64_t modified_ns;
    int64_t changed_ns; /* Its mode, owner and names too. */
    int error;          /* It cannot be looked at, for this errno. */
};

struct snug_edition snug_edition_of(const struct stat *file);

/* Of what is at the path of the live system now. Links are followed, whosever they are, and
 * nothing is opened for reading. From any thread. */
struct snug_edition snug_edition_find(const char *path);

bool snug_edition_is(const struct snug_edition *a, const struct snug_edition *b);
