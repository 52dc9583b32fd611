/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime counts twice: in words of its collector's state, and in three parts of which
 * only the sum is right. Where both say the same, both are what they are taken for.
 */
#include "snug/cli/subject/memstats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Words of runtime.gcController, in runtime/mgcpacer.go. */
struct layout {
    unsigned last; /* The last release that has it. */
    unsigned live;
    unsigned in_use; /* Five more follow. */
};

static const struct layout layouts[] = {
    {19, 23, 38},
    {20, 16, 31},
    {27, 19, 34},
};

enum {
    CONTROLLERS_MAX = 64, /* A process may have made up many: each is compared with all. */
    N_LAYOUTS = sizeof layouts / sizeof *layouts,
    FIRST_MINOR = 19,
    WORD_BYTES = sizeof(uint64_t),
    PERCENT = 100,
    /* Of the collector's state. */
    GOGC = 0,
    LIMIT = 1,
    MINIMUM = 2,
    CONTROLLER_WORDS = 44,
    /* Behind the heap that is in use. */
    RELEASED = 1,
    FREE = 2,
    ALLOCATED = 3,
    FREED = 4,
    READY = 5,
    /* Of each part, in runtime/mstats.go. */
    COMMITTED = 0,
    PART_RELEASED = 1,
    IN_HEAP = 2,
    IN_STACKS = 3,
    IN_BUFFERS = 4,
    IN_BITS = 5,
    N_SUMS = 6,
    LAST_WITH_BITS = 24,
    N_PARTS = 3,
    /* Counts by size of objects follow. */
    PART_WORDS = 146,
    STATS_WORDS = N_PARTS * (PART_WORDS + 1),
    SEARCHED_BYTES = 1 << 20,
    TRIES = 200,
    SEARCHES = 4,
};

/* The heap that GOGC is a percentage of, and with GOEXPERIMENT. */
static const uint64_t heaps[] = {4 << 20, 512 << 10};
/* Spans are made of pages of Go's. */
static const uint64_t page_bytes = 8192;

static const struct layout *layout_of(unsigned go_minor)
{
    const struct layout *ret = layouts;
    while (ret < layouts + N_LAYOUTS - 1 && go_minor > ret->last)
        ret++;
    return ret;
}

bool snug_memstats_knows(unsigned go_minor)
{
    return go_minor >= FIRST_MINOR && go_minor <= layouts[N_LAYOUTS - 1].last;
}

static bool has_bits(unsigned go_minor)
{
    return go_minor <= LAST_WITH_BITS;
}

static size_t part_words(unsigned go_minor)
{
    return PART_WORDS + has_bits(go_minor);
}

/* The least heap follows from GOGC; the product wraps for GOGC=off. */
static bool is_controller(const uint64_t *word, const struct layout *layout)
{
    const int32_t gogc = (int32_t)(uint32_t)word[GOGC];
    const uint64_t *heap = word + layout->in_use;
    bool is_minimum = false;
    for (size_t i = 0; i < sizeof heaps / sizeof *heaps; i++)
        is_minimum |= heaps[i] * (uint64_t)(int64_t)gogc / PERCENT == word[MINIMUM];
    return is_minimum && word[GOGC] <= UINT32_MAX && gogc >= -1 && word[LIMIT] &&
           word[LIMIT] <= INT64_MAX && heap[0] && heap[0] % page_bytes == 0 &&
           heap[RELEASED] % page_bytes == 0 && heap[FREE] % page_bytes == 0 &&
           heap[ALLOCATED] >= heap[FREED] && heap[READY] >= heap[0] &&
           heap[READY] - heap[0] >= heap[FREE];
}

static uint64_t sum(const uint64_t *stats, unsigned go_minor, unsigned word)
{
    const size_t n = part_words(go_minor);
    return stats[word] + stats[n + word] + stats[2 * n + word];
}

/* Whether both accounts say the same. The one is `heap`, where the words begin that are
 * compared. */
static bool agree(const uint64_t *heap, const uint64_t *stats, unsigned go_minor)
{
    const uint64_t others = sum(stats, go_minor, IN_STACKS) +
                            sum(stats, go_minor, IN_BUFFERS) +
                            (has_bits(go_minor) ? sum(stats, go_minor, IN_BITS) : 0);
    return sum(stats, go_minor, IN_HEAP) == heap[0] &&
           sum(stats, go_minor, PART_RELEASED) == heap[RELEASED] &&
           sum(stats, go_minor, COMMITTED) == heap[0] + heap[FREE] + others && others &&
           others <= heap[READY];
}

/* Where the parts begin that agree with the words at `i`. While some of them are 0, so may
 * be what stands in front: it is the last place that has all of them, since behind them
 * stand words that are not 0. -ENOTUNIQ if there are others. */
static int search_parts(const uint64_t *word, size_t n, unsigned go_minor, size_t i,
                        size_t *ret)
{
    const size_t n_part = part_words(go_minor);
    const uint64_t *heap = word + i + layout_of(go_minor)->in_use;
    int r = -ENOENT;
    for (size_t k = 0; k + N_PARTS * n_part <= n; k++) {
        if (!agree(heap, word + k, go_minor))
            continue;
        if (r == 0 && (k - *ret) % n_part)
            return -ENOTUNIQ;
        *ret = k;
        r = 0;
    }
    return r;
}

static int search(const uint64_t *word, size_t n, unsigned go_minor, uint64_t start,
                  struct snug_memstats_place *ret)
{
    unsigned n_seen = 0;
    int r = -ENOENT;
    for (size_t i = 0; i + CONTROLLER_WORDS <= n; i++) {
        size_t k;
        if (!is_controller(word + i, layout_of(go_minor)))
            continue;
        if (++n_seen > CONTROLLERS_MAX)
            return -ENOTUNIQ;
        const int found = search_parts(word, n, go_minor, i, &k);
        if (found == -ENOENT)
            continue;
        if (r == 0 || found < 0)
            return -ENOTUNIQ;
        *ret = (struct snug_memstats_place){start + i * WORD_BYTES, start + k * WORD_BYTES};
        r = 0;
    }
    return r;
}

int snug_memstats_find(unsigned go_minor, uint64_t start, uint64_t end,
                       snug_memstats_read *read, void *from,
                       struct snug_memstats_place *ret)
{
    start += -start & (WORD_BYTES - 1);
    if (end < start)
        return -ENOENT;
    const size_t n_bytes = end - start < SEARCHED_BYTES ? end - start : SEARCHED_BYTES;
    uint64_t *const word = malloc(n_bytes + 1); /* None would be NULL. */
    int r = word ? -ENOENT : -ENOMEM;
    /* The two are not read at one moment. */
    for (unsigned i = 0; i < SEARCHES && r == -ENOENT; i++)
        r = read(from, start, word, n_bytes)
                ? search(word, n_bytes / WORD_BYTES, go_minor, start, ret)
                : -EIO;
    free(word);
    return r;
}

int snug_memstats_look(unsigned go_minor, const struct snug_memstats_place *place,
                       snug_memstats_read *read, void *from, struct snug_memstats *ret)
{
    const struct layout *layout = layout_of(go_minor);
    const size_t n_stats = N_PARTS * part_words(go_minor);
    uint64_t word[CONTROLLER_WORDS];
    uint64_t stats[STATS_WORDS];
    bool is_good = false;
    for (unsigned i = 0; i < TRIES && !is_good; i++) {
        if (!read(from, place->controller, word, sizeof word) ||
            !read(from, place->memstats, stats, n_stats * WORD_BYTES))
            return -EIO;
        is_good =
            is_controller(word, layout) && agree(word + layout->in_use, stats, go_minor);
    }
    if (!is_good)
        return -EAGAIN;
    const uint64_t *heap = word + layout->in_use;
    *ret = (struct snug_memstats){
        .limit = word[LIMIT],
        .live = word[layout->live],
        .alloc = heap[ALLOCATED] - heap[FREED],
        .in_use = heap[0],
        .idle = heap[FREE],
        .released = heap[RELEASED],
        .stacks = sum(stats, go_minor, IN_STACKS),
        .ready = heap[READY],
        .mapped = sum(stats, go_minor, COMMITTED) + heap[RELEASED],
    };
    return 0;
}
