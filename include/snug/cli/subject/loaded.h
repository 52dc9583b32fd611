/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program as it lies in the memory of a process, which may differ from the file that the
 * kernel has started: a loader by hand, or a packer's stub.
 */
#pragma once

#include "snug/base/elf.h"
#include "snug/base/file.h"

struct snug_loaded {
    struct snug_elf elf; /* Of a copy, by offsets there. */
    uint8_t *copy;
    uint64_t headers; /* Where the program's headers lie in the process. */
    bool has_loader;  /* The kernel has mapped an interpreter. */
    bool is_secure;   /* AT_SECURE is set: loaders ignore LD_PRELOAD. */
};

/* Which segments are copied; the others are 0. */
enum snug_loaded_part { SNUG_LOADED_ALL, SNUG_LOADED_DATA };

/* Copies the program of the root's process, or its writable segments alone. -errno: there
 * is no such process, its memory may not be read, or it does not hold what it should. To be
 * closed if this returns 0. */
int snug_loaded_read(const struct snug_root *root, enum snug_loaded_part part,
                     struct snug_loaded *ret);

/* Where in the root's process, whose memory is open, the headers of its program lie, and
 * how many they are. A packer's stub has corrected that on the stack, and nowhere else.
 * -errno likewise. */
int snug_loaded_find(const struct snug_root *root, int memory, uint64_t *ret_headers,
                     uint64_t *ret_n);

void snug_loaded_close(struct snug_loaded *loaded);
