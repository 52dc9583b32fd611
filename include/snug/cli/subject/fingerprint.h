/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which file a descriptor is of, and in which state: what was found in it once holds as
 * long as this stays the same.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct snug_fingerprint {
    uint64_t device;
    uint64_t inode;
    int64_t n_bytes;
    int64_t changed_nsec; /* Its content or its owner, rights and names. */
};

/* False if that cannot be asked. */
bool snug_fingerprint_read(int fd, struct snug_fingerprint *ret);

bool snug_fingerprint_equals(const struct snug_fingerprint *one,
                             const struct snug_fingerprint *other);
