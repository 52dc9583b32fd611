/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sockets that a process has open, by their inodes.
 */
#pragma once

#include "snug/base/file.h"

/* Where a captured machine has them, one a line. */
#define SNUG_SOCKETS_PATH "/snug/sockets"

struct snug_sockets {
    bool is_known;
    size_t n;
    uint64_t *inode; /* In rising order. */
};

/* Those of the root's process. Cannot fail: who may not look knows none. To be closed. */
void snug_sockets_read(const struct snug_root *root, struct snug_sockets *ret);

bool snug_sockets_has(const struct snug_sockets *sockets, uint64_t inode);

void snug_sockets_close(struct snug_sockets *sockets);
