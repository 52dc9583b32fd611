/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The mappings of a process that hold heaps and stacks: what each of them is for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum snug_region_kind {
    SNUG_REGION_CLOSED, /* It may not be written: reserved, a guard. */
    SNUG_REGION_OTHER,
    SNUG_REGION_GO,    /* Arenas of Go's heap. */
    SNUG_REGION_BRK,   /* The heap that brk moves. */
    SNUG_REGION_ARENA, /* Arenas of glibc's malloc, but that in the heap of brk. */
    SNUG_REGION_STACK, /* Of threads. */
};

struct snug_region {
    uint64_t start;
    uint64_t end;
    enum snug_region_kind kind;
};

/* Private memory of no file, in rising order. */
struct snug_regions {
    size_t n;
    struct snug_region *region;
    unsigned n_arenas; /* Of glibc's malloc, that of brk not among them. */
};

/* Reads so much of the process's memory, at an absolute address; false if that cannot be
 * read. */
typedef bool snug_regions_read_memory(void *from, uint64_t address, void *ret,
                                      size_t n_bytes);

/* Of the lines of `maps`, an open /proc/PID/maps. `is_go`: the process's program is.
 * Returns 0; -E2BIG for more mappings than Linux allows by itself, -ENOMEM, or what reading
 * said. To be closed in any case. */
int snug_regions_read(int maps, bool is_go, snug_regions_read_memory *read, void *from,
                      struct snug_regions *ret);

void snug_regions_close(struct snug_regions *regions);
