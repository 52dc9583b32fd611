/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A word for each page. What surprises: the page of zeros that all share is there too, as
 * far as the kernel tells it here, and is nowhere counted.
 */
#include "snug/cli/subject/pagemap.h"

#include <errno.h>
#include <unistd.h>

enum { PIECE_PAGES = 512 };

static const uint64_t is_present = 1ull << 63;

static uint64_t page_bytes(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t snug_pagemap_piece_bytes(void)
{
    return PIECE_PAGES * page_bytes();
}

static int count_piece(int fd, uint64_t start, uint64_t end, uint64_t *ret_pages)
{
    uint64_t word[PIECE_PAGES];
    const uint64_t page = page_bytes();
    const size_t n = (end - start) / page;
    const ssize_t n_bytes =
        pread(fd, word, n * sizeof *word, (off_t)(start / page * sizeof *word));
    if (n_bytes < 0)
        return -errno;
    *ret_pages = 0;
    for (size_t i = 0; i < (size_t)n_bytes / sizeof *word; i++)
        *ret_pages += (word[i] & is_present) != 0;
    return 0;
}

/* Pieces do not lie across multiples of their size, where the kernel lets go. */
static uint64_t end_of_piece(uint64_t start, uint64_t end)
{
    const uint64_t piece = snug_pagemap_piece_bytes();
    const uint64_t next = start - start % piece + piece;
    return next < end ? next : end;
}

int snug_pagemap_count(struct snug_pagemap *map, uint64_t start, uint64_t end,
                       uint64_t *ret_bytes)
{
    const uint64_t stride = map->stride ? map->stride : 1;
    *ret_bytes = 0;
    for (uint64_t next; start < end; start = next) {
        next = end_of_piece(start, end);
        if (map->phase++ % stride)
            continue;
        uint64_t n_pages;
        const int r = count_piece(map->fd, start, next, &n_pages);
        if (r < 0)
            return r;
        *ret_bytes += n_pages * page_bytes() * stride;
    }
    return 0;
}

int snug_pagemap_count_stack(struct snug_pagemap *map, uint64_t start, uint64_t end,
                             uint64_t *ret_bytes)
{
    const uint64_t stride = map->stride ? map->stride : 1;
    const uint64_t piece = snug_pagemap_piece_bytes();
    uint64_t n_pages = 1;
    *ret_bytes = 0;
    if (map->phase++ % stride)
        return 0;
    while (start < end && n_pages) {
        const uint64_t from = (end - 1) - (end - 1) % piece;
        const uint64_t at = from > start ? from : start;
        const int r = count_piece(map->fd, at, end, &n_pages);
        if (r < 0)
            return r;
        *ret_bytes += n_pages * page_bytes() * stride;
        end = at;
    }
    return 0;
}
