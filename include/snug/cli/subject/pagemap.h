/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much of a process's memory is there. It is asked piece by piece: the kernel keeps the
 * process from mapping anything while it walks through a piece, and for smaps, numa_maps
 * and the like a piece is a whole mapping, whatever its size.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0 in front. */
struct snug_pagemap {
    int fd;          /* An open /proc/PID/pagemap. */
    uint64_t stride; /* Of so many pieces one is looked at, and stands for all; 0: 1. */
    uint64_t phase;  /* The caller's to clear. */
};

/* Of a piece, in bytes of the process's memory. */
uint64_t snug_pagemap_piece_bytes(void);

/* Bytes that are in memory in [start, end), both multiples of a page. -errno. */
int snug_pagemap_count(struct snug_pagemap *map, uint64_t start, uint64_t end,
                       uint64_t *ret_bytes);

/* The same of a stack, from its end on down to the first piece that is not there at all. */
int snug_pagemap_count_stack(struct snug_pagemap *map, uint64_t start, uint64_t end,
                             uint64_t *ret_bytes);
