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

/* Copies the program of the root's process. -errno: there is no such process, its memory
 * may not be read, or it does not hold what it should. To be closed if this returns 0. */
int snug_loaded_read(const struct snug_root *root, struct snug_loaded *ret);

void snug_loaded_close(struct snug_loaded *loaded);
