/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files in memory, in the place of the system calls that open and read them: a target reads
 * a hundred thousand of them in a second.
 */
#pragma once

#include "snug/base/text.h"

struct fuzz_file {
    const char *end; /* Of its path. */
    struct snug_text bytes;
};

/* The first of `n` files whose path ends so is read, by pieces of at most `piece` bytes. */
void fuzz_files_set(const struct fuzz_file *files, unsigned n, size_t piece);

/* How many are open. */
unsigned fuzz_files_open(void);
