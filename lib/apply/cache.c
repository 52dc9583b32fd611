/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of recycled ranges. A slot is one atomic word that holds all there is to know
 * of a range, so that each step in its life is one compare-and-swap, and whoever makes the
 * swap owns the range. ABA does no harm: a word that came back says what is true again.
 *
 * A range is known to be whole and unchanged since every libc call that makes, splits,
 * moves or changes a mapping comes by here first and strikes out what it touches. Calls
 * that do not pass libc (libc's own, the Go runtime's, assembly) have mappings of their
 * own: a record is wrong only if someone unmaps by such a call what libc's mmap handed out,
 * and maps something else there by such a call, and gives that to libc's munmap in just the
 * old length.
 *
 * A system call on a range is made by the thread that is inside mmap or munmap for it, or
 * by one that has marked it BUSY, which snug_cache_forget waits out. A forked child has a
 * table and copies of all that is kept; what other threads had BUSY is lost to it.
 */
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "snug/apply/cache.h"
#include "snug/base/sys.h"
#include "snug/stats/counters.h"

enum {
    N_SLOTS = 128,
    N_YIELDS = 1000,
    UNIT_BYTES = 4096,
    UNITS_MAX = 256,
    MOST_BYTES = UNITS_MAX * UNIT_BYTES,
};

/* A word from its lowest bit: units less one, the state, whether every page is known to be
 * there, the stamp, and the address in units. 0: the slot is free. */
enum {
    UNITS_MASK = UNITS_MAX - 1,
    HANDED_OUT = 1 << 8,
    RESIDENT = 1 << 9,
    LAZY = 1 << 10, /* Kept, and the kernel may take its pages. */
    BUSY = 1 << 11, /* A system call on it is under way, so that it can go. */
    WHOLE = 1 << 12,
    STAMP_SHIFT = 13,
    STAMP_MASK = (1 << 15) - 1,
    AT_SHIFT = 28,
    AT_MAX_BITS = 48,
    KEPT = RESIDENT | LAZY,
    STATES = HANDED_OUT | KEPT | BUSY,
    FREE = 1, /* Only when looking for a slot. */
};

static const uint64_t at_mask = ~0ull << AT_SHIFT;

/* arm64 has room for a tag above an address. */
static const uint64_t address_mask = ~0ull >> 8;

static struct {
    size_t page_bytes; /* 0: not armed. */
    _Atomic uint64_t resident_units_max;
    _Atomic uint64_t units_max;  /* 0: nothing is kept. */
    _Atomic uint64_t n_kept;     /* Units; at times above what is kept, never below. */
    _Atomic uint64_t n_resident; /* Of these. */
    _Atomic uint64_t stamp;      /* Grows as ranges are handed out and kept. */
    _Atomic uint64_t slot[N_SLOTS];
} cache;

/* What was found where. */
struct pick {
    uint64_t slot; /* N_SLOTS: nothing was found. */
    uint64_t word;
};

static unsigned units_of(uint64_t word)
{
    return (unsigned)(word & UNITS_MASK) + 1;
}

static size_t bytes_of(uint64_t word)
{
    return units_of(word) * (size_t)UNIT_BYTES;
}

static char *address_of(uint64_t word)
{
    return (char *)((word >> AT_SHIFT) * UNIT_BYTES);
}

/* `state` may have WHOLE with it. */
static uint64_t with_state(uint64_t word, uint64_t state)
{
    return (word & ~(uint64_t)(STATES | WHOLE)) | state;
}

/* In a new state, as of now. */
static uint64_t renew(uint64_t word, uint64_t state)
{
    const uint64_t stamp = atomic_fetch_add(&cache.stamp, 1) & STAMP_MASK;
    word &= ~((uint64_t)STAMP_MASK << STAMP_SHIFT);
    return with_state(word, state) | stamp << STAMP_SHIFT;
}

static bool change(struct pick from, uint64_t to)
{
    return atomic_compare_exchange_strong(&cache.slot[from.slot], &from.word, to);
}

/* The word of a range at `at`, in whole pages as the kernel maps it, less state and stamp.
 * False for what is never a range. */
static bool describe(uint64_t at, size_t n_bytes, uint64_t *ret)
{
    const size_t most = atomic_load(&cache.units_max) * UNIT_BYTES;
    if (n_bytes - 1 >= most || n_bytes > MOST_BYTES || at % UNIT_BYTES || at >> AT_MAX_BITS)
        return false;
    const uint64_t last = (n_bytes - 1) | (cache.page_bytes - 1);
    *ret = (at / UNIT_BYTES) << AT_SHIFT | last / UNIT_BYTES;
    return true;
}

/* The oldest or the newest in one of `states` that is as `like` where `mask` has bits. A
 * free slot counts as older than all. */
static struct pick pick(uint64_t states, uint64_t like, uint64_t mask, bool is_oldest)
{
    const uint64_t now = atomic_load_explicit(&cache.stamp, memory_order_relaxed);
    struct pick ret = {N_SLOTS, 0};
    uint64_t best = 0;
    for (uint64_t i = 0; i < N_SLOTS; i++) {
        const uint64_t word = atomic_load_explicit(&cache.slot[i], memory_order_acquire);
        if (word ? !(word & states & STATES) || ((word ^ like) & mask) : !(states & FREE))
            continue;
        uint64_t rank = (now - 1 - (word >> STAMP_SHIFT)) & STAMP_MASK;
        rank = 1 + (is_oldest ? rank : STAMP_MASK - rank);
        if (!word)
            rank = STAMP_MASK + 2;
        if (rank > best) {
            best = rank;
            ret = (struct pick){i, word};
        }
    }
    return ret;
}

static void count_out(uint64_t word)
{
    if (word & RESIDENT)
        atomic_fetch_sub(&cache.n_resident, units_of(word));
    atomic_fetch_sub(&cache.n_kept, units_of(word));
}

static long mark_free(uint64_t word)
{
    return snug_sys_madvise(address_of(word), bytes_of(word), MADV_FREE);
}

/* Gives a kept range back to the kernel, or only its pages, when that takes them; unless
 * someone was quicker. Should the kernel refuse, for splitting a mapping takes memory, the
 * range is lost. */
static void give_back(struct pick range, bool is_lazy)
{
    const uint64_t word = range.word;
    const struct pick busy = {range.slot, with_state(word, BUSY)};
    if (!change(range, busy.word))
        return;

    uint64_t then = 0;
    if (is_lazy && mark_free(word) == 0)
        then = with_state(word, LAZY);
    else
        (void)snug_sys_munmap(address_of(word), bytes_of(word));
    if (change(busy, then) && then)
        atomic_fetch_sub(&cache.n_resident, units_of(word));
    else
        count_out(word); /* Gone, or struck out by one who did not wait. */
}

/* Counts `units` in under a bound; if there is no room, the oldest in one of `states` makes
 * some. */
static bool count_in(_Atomic uint64_t *n, unsigned units, uint64_t most, uint64_t states)
{
    while (units <= most) {
        if (atomic_fetch_add(n, units) + units <= most)
            return true;
        atomic_fetch_sub(n, units);
        const struct pick oldest = pick(states, 0, 0, true);
        if (oldest.slot == N_SLOTS)
            break;
        give_back(oldest, states == RESIDENT);
    }
    return false;
}

/* Zeroes a range; WHOLE if all of it is there now. A range that was hardly touched is not
 * to become so: its pages are dropped, else a program that maps much and touches little
 * would come to have it all. */
static uint64_t clear(uint64_t word)
{
    unsigned char is_there[UNITS_MAX];
    const size_t n_pages = bytes_of(word) / cache.page_bytes;
    if (!(word & WHOLE) &&
        snug_sys_mincore(address_of(word), bytes_of(word), is_there) == 0) {
        size_t n_there = 0;
        for (size_t i = 0; i < n_pages; i++)
            n_there += is_there[i] & 1;
        if (2 * n_there < n_pages &&
            snug_sys_madvise(address_of(word), bytes_of(word), MADV_DONTNEED) == 0)
            return 0;
    }
    memset(address_of(word), 0, bytes_of(word));
    return WHOLE;
}

void snug_cache_arm(const struct snug_range_plan *plan, size_t page_bytes)
{
    cache.page_bytes = page_bytes;
    atomic_store(&cache.resident_units_max, plan->resident_bytes / UNIT_BYTES);
    atomic_store(&cache.units_max, plan->cache_bytes / UNIT_BYTES);
}

void snug_cache_adjust(const struct snug_range_plan *plan)
{
    const uint64_t units_max = plan->cache_bytes / UNIT_BYTES;
    uint64_t before = atomic_load(&cache.units_max);
    if (!before || !units_max ||
        !atomic_compare_exchange_strong(&cache.units_max, &before, units_max))
        return;
    atomic_store(&cache.resident_units_max, plan->resident_bytes / UNIT_BYTES);
    if (units_max < before)
        (void)snug_cache_release();
}

bool snug_cache_is_armed(void)
{
    return cache.page_bytes;
}

void *snug_cache_take(size_t n_bytes)
{
    uint64_t like;
    if (!describe(0, n_bytes, &like))
        return NULL;
    for (;;) {
        struct pick range = pick(KEPT, like, UNITS_MASK, false);
        const uint64_t word = range.word;
        const uint64_t handed_out = renew(word, HANDED_OUT);
        if (word && !change(range, handed_out))
            continue;
        snug_counters_add(word ? SNUG_COUNT_CACHE_HITS : SNUG_COUNT_CACHE_MISSES, 1);
        if (!word)
            return NULL;
        count_out(word);
        range.word = handed_out;
        (void)change(range, handed_out | clear(word)); /* Unless it is struck out. */
        return address_of(word);
    }
}

/* Strikes out all records that overlap these addresses. Kept ranges are unmapped if
 * `unmaps`; if not, the kernel says that nothing was mapped there, so that whoever has one
 * BUSY is done with it too. */
static void strike(const void *at, size_t n_bytes, bool unmaps)
{
    const uint64_t low = (uint64_t)at & address_mask;
    unsigned n_yields = 0;
    for (unsigned i = 0; i < N_SLOTS;) {
        const struct pick range = {i, atomic_load(&cache.slot[i])};
        const uint64_t begin = (uint64_t)address_of(range.word);
        if (!range.word || (begin - low >= n_bytes && low - begin >= bytes_of(range.word)))
            i++;
        else if (range.word & KEPT && unmaps)
            give_back(range, false);
        else if (range.word & BUSY && unmaps && n_yields++ < N_YIELDS)
            (void)snug_sys_sched_yield();
        else if (change(range, 0) && range.word & KEPT)
            count_out(range.word);
    }
}

void snug_cache_record(const void *at, size_t n_bytes, bool is_range)
{
    uint64_t word;
    strike(at, n_bytes, false);
    if (!is_range || !describe((uint64_t)at, n_bytes, &word))
        return;

    for (;;) {
        const struct pick oldest = pick(FREE | HANDED_OUT | KEPT, 0, 0, true);
        if (oldest.word & KEPT)
            give_back(oldest, false);
        else if (oldest.slot == N_SLOTS || change(oldest, renew(word, HANDED_OUT)))
            return;
    }
}

/* Until this returns the range is the caller's, and no other thread touches it. */
static bool keep(struct pick range)
{
    const unsigned units = units_of(range.word);
    if (!count_in(&cache.n_kept, units, atomic_load(&cache.units_max), KEPT))
        return false;

    uint64_t kept = renew(range.word, RESIDENT | (range.word & WHOLE));
    if (!count_in(&cache.n_resident, units, atomic_load(&cache.resident_units_max),
                  RESIDENT))
        kept = with_state(kept, LAZY);
    if ((kept & LAZY && mark_free(kept) < 0) || !change(range, kept)) {
        count_out(kept);
        return false;
    }
    return true;
}

bool snug_cache_keep(void *at, size_t n_bytes)
{
    uint64_t like;
    if (describe((uint64_t)at, n_bytes, &like)) {
        const struct pick range = pick(HANDED_OUT, like, at_mask | UNITS_MASK, false);
        if (range.slot < N_SLOTS && keep(range)) {
            snug_counters_add(SNUG_COUNT_CACHE_KEPT, 1);
            return true;
        }
    }
    snug_cache_forget(at, n_bytes);
    return false;
}

void snug_cache_forget(const void *at, size_t n_bytes)
{
    strike(at, n_bytes, true);
}

bool snug_cache_release(void)
{
    for (bool ret = false;; ret = true) {
        const struct pick oldest = pick(KEPT, 0, 0, true);
        if (oldest.slot == N_SLOTS)
            return ret;
        give_back(oldest, false);
    }
}

void snug_cache_stop(void)
{
    atomic_store(&cache.units_max, 0);
    (void)snug_cache_release();
}

uint64_t snug_cache_kept_bytes(void)
{
    return atomic_load(&cache.n_kept) * UNIT_BYTES;
}
