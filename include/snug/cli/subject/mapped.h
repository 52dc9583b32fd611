/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A file of somebody else's, mapped. It may be cut short while it is looked at, and what is
 * no more there ends who reads it by SIGBUS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snug_mapped {
    const uint8_t *bytes;
    size_t n_bytes;
};

/* Maps all of a file, to be read by this thread alone until it is closed; one file at a
 * time. Bytes that are lost meanwhile are 0. -ENODATA for an empty file, else -errno. */
int snug_mapped_open(int fd, struct snug_mapped *ret);

/* False if bytes were lost: what was read is worth nothing then. SIGBUS does what it did
 * before. */
bool snug_mapped_close(const struct snug_mapped *mapped);
