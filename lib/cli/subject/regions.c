/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Go and glibc both reserve 64 MiB at multiples of that. What tells them apart is what
 * stands at the beginning: glibc's pointer to the arena.
 */
#include "snug/cli/subject/regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snug/base/file.h"

enum {
    LINE_BYTES = 8192,
    STEP = 256,
    REGIONS_MAX = 1 << 16, /* vm.max_map_count, if nobody has raised it. */
    HEAP_WORDS = 4,
};

static const uint64_t arena_bytes = 64 << 20;
/* glibc's guard is a page, musl's two. Stacks have some KiB at least, and 8 MiB mostly. */
static const uint64_t guard_bytes_max = 64 << 10;
static const uint64_t stack_bytes_min = 16 << 10;
static const uint64_t stack_bytes_max = 256 << 20;

/* `7f83-7f84 rw-p 00000000 00:00 0    [heap]`. False if it is no private memory, or a
 * file's. */
static bool parse(struct snug_text line, struct snug_region *ret)
{
    struct snug_text range;
    struct snug_text rights;
    struct snug_text word;
    struct snug_text start;
    uint64_t inode;
    if (!snug_text_cut_word(&line, &range) || !snug_text_cut_word(&line, &rights) ||
        !snug_text_cut_word(&line, &word) || !snug_text_cut_word(&line, &word) ||
        !snug_text_cut_word(&line, &word) || snug_text_u64(word, &inode) < 0 || inode ||
        rights.n != 4 || rights.at[3] != 'p' || !snug_text_cut(&range, '-', &start) ||
        !range.at || snug_text_hex(start, &ret->start) < 0 ||
        snug_text_hex(range, &ret->end) < 0 || ret->end <= ret->start)
        return false;
    const struct snug_text name = snug_text_trim(line);
    const bool is_named = name.n && !snug_text_starts(name, "[anon:");
    ret->kind = rights.at[1] == 'w' ? SNUG_REGION_OTHER : SNUG_REGION_CLOSED;
    if (snug_text_equals(name, "[heap]"))
        ret->kind = SNUG_REGION_BRK;
    else if (snug_text_starts(name, "[stack") ||
             snug_text_starts(name, "[anon: glibc: pthread stack"))
        ret->kind = SNUG_REGION_STACK;
    else if (is_named) /* The kernel's own. */
        return false;
    return true;
}

static int add(struct snug_regions *regions, const struct snug_region *region)
{
    if (regions->n == REGIONS_MAX)
        return -E2BIG;
    if (regions->n % STEP == 0) {
        struct snug_region *const larger =
            reallocarray(regions->region, regions->n + STEP, sizeof *larger);
        if (!larger)
            return -ENOMEM;
        regions->region = larger;
    }
    regions->region[regions->n++] = *region;
    return 0;
}

static int read_lines(int maps, struct snug_regions *ret)
{
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(maps, buffer, sizeof buffer);
    struct snug_text line;
    int r;
    while ((r = snug_file_next_line(&lines, &line)) > 0 || r == -EFBIG) {
        struct snug_region region;
        r = r > 0 && parse(line, &region) ? add(ret, &region) : 0;
        if (r < 0)
            return r;
    }
    return r;
}

/* glibc's heap_info: the arena, the heap before this one of the same arena, bytes in use,
 * bytes that may be written. The arena stands behind it, in its first heap. */
static bool is_heap(const uint64_t *word, uint64_t at, bool *ret_is_first)
{
    enum { ARENA, BEFORE, USED, WRITABLE, INFO_BYTES = 32, LARGER_INFO_BYTES = 48 };
    const uint64_t offset = word[ARENA] % arena_bytes;
    *ret_is_first = word[ARENA] - offset == at;
    return word[ARENA] && (offset == INFO_BYTES || offset == LARGER_INFO_BYTES) &&
           word[BEFORE] % arena_bytes == 0 && !word[BEFORE] == *ret_is_first &&
           word[USED] && word[USED] <= word[WRITABLE] && word[WRITABLE] <= arena_bytes;
}

struct reader {
    snug_regions_read_memory *read;
    void *from;
    unsigned n_arenas;
};

/* Whether the region begins with a heap of malloc. Others lie behind it, side by side. */
static bool is_malloc(struct reader *reader, const struct snug_region *region)
{
    bool is_found = false;
    for (uint64_t at = region->start; at < region->end && at % arena_bytes == 0;
         at += arena_bytes) {
        uint64_t word[HEAP_WORDS];
        bool is_first;
        if (!reader->read(reader->from, at, word, sizeof word) ||
            !is_heap(word, at, &is_first))
            break;
        is_found = true;
        reader->n_arenas += is_first;
    }
    return is_found;
}

/* Where the mappings that begin at `i` and touch each other end. */
static size_t end_of_run(const struct snug_regions *regions, size_t i)
{
    const struct snug_region *region = regions->region;
    size_t end = i + 1;
    while (end < regions->n && region[end].start == region[end - 1].end &&
           region[end].kind <= SNUG_REGION_OTHER &&
           region[end - 1].kind <= SNUG_REGION_OTHER)
        end++;
    return end;
}

static bool is_guarded(const struct snug_region *region)
{
    const uint64_t guard = region[-1].end - region[-1].start;
    const uint64_t n_bytes = region->end - region->start;
    return region[-1].kind == SNUG_REGION_CLOSED && guard <= guard_bytes_max &&
           n_bytes >= stack_bytes_min && n_bytes <= stack_bytes_max;
}

/* Go's arenas are reserved as a whole, far from everything else. */
static void tell(struct snug_region *region, size_t n, bool is_go, struct reader *reader)
{
    bool is_mallocs = false;
    for (size_t i = 0; i < n; i++)
        if (region[i].kind == SNUG_REGION_OTHER && is_malloc(reader, &region[i])) {
            region[i].kind = SNUG_REGION_ARENA;
            is_mallocs = true;
        }
    const bool is_whole =
        region[0].start % arena_bytes == 0 && region[n - 1].end % arena_bytes == 0;
    for (size_t i = 0; i < n; i++) {
        if (region[i].kind != SNUG_REGION_OTHER)
            continue;
        if (is_go && is_whole && !is_mallocs)
            region[i].kind = SNUG_REGION_GO;
        else if (i && is_guarded(&region[i]))
            region[i].kind = SNUG_REGION_STACK;
    }
}

int snug_regions_read(int maps, bool is_go, snug_regions_read_memory *read, void *from,
                      struct snug_regions *ret)
{
    struct reader reader = {.read = read, .from = from};
    *ret = (struct snug_regions){0};
    const int r = read_lines(maps, ret);
    if (r < 0)
        return r;
    size_t next;
    for (size_t i = 0; i < ret->n; i = next) {
        next = end_of_run(ret, i);
        if (ret->region[i].kind <= SNUG_REGION_OTHER)
            tell(ret->region + i, next - i, is_go, &reader);
    }
    ret->n_arenas = reader.n_arenas;
    return 0;
}

void snug_regions_close(struct snug_regions *regions)
{
    free(regions->region);
    *regions = (struct snug_regions){0};
}
