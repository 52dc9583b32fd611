/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A few slots, in which threads take each other's place, and a few for the masks that were
 * shown, whoever they were shown to: the code of a goroutine reads on one thread and writes
 * on another. Most threads may use the same CPUs, so most are shown just the presented
 * ones: these masks have slots of their own, that no others take. What surprises: nobody
 * waits. A slot that another thread is writing is left to it, and one that keeps changing
 * while it is read says nothing. And what is shown changes when a limit does, while a
 * library may keep a mask from its first minute: what is written is compared with what was
 * shown, never with what is shown now.
 */
#include <stdatomic.h>

#include "snug/apply/shown.h"
#include "snug/apply/start.h"

enum { N_SLOTS = 8, N_TRIES = 100 };

struct slot {
    _Atomic unsigned version; /* Odd while it is written; 0 before it ever was. */
    _Atomic uintptr_t thread;
    _Atomic unsigned long real[SNUG_CPUS_WORDS];
    _Atomic unsigned long shown[SNUG_CPUS_WORDS];
};

static struct slot slots[N_SLOTS];
static struct shelf {
    struct slot slots[N_SLOTS]; /* Each of another mask. */
    _Atomic unsigned n;         /* How many there were. */
} presented, others, kept;      /* The last as the program set them. */

/* Of the masks that were read the shortest: the kernel has no more CPUs than fit there. 0
 * before the first. */
static _Atomic size_t shortest_bytes;

static struct slot *slot_of(uintptr_t thread)
{
    /* A handle of libc's is an address: its low bits are all alike. */
    return &slots[(thread ^ thread >> 12) % N_SLOTS];
}

/* Whether the slot is this thread's. Who is just writing there may be preempted, or be the
 * one that this handler of a signal has interrupted: nobody is waited for without end. */
static bool load(struct slot *slot, uintptr_t thread, struct snug_cpus *ret_real,
                 struct snug_cpus *ret_shown)
{
    for (unsigned i = 0; i < N_TRIES; i++) {
        const unsigned version = atomic_load_explicit(&slot->version, memory_order_acquire);
        if (version % 2)
            continue;
        if (!version || atomic_load_explicit(&slot->thread, memory_order_relaxed) != thread)
            return false;
        for (unsigned k = 0; k < SNUG_CPUS_WORDS; k++) {
            ret_real->word[k] = atomic_load_explicit(&slot->real[k], memory_order_relaxed);
            ret_shown->word[k] =
                atomic_load_explicit(&slot->shown[k], memory_order_relaxed);
        }
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&slot->version, memory_order_relaxed) == version)
            return true;
    }
    return false;
}

static bool has(struct slot *slot, uintptr_t thread, const struct snug_cpus *real,
                const struct snug_cpus *shown)
{
    struct snug_cpus its_real;
    struct snug_cpus its_shown;
    return load(slot, thread, &its_real, &its_shown) && snug_cpus_equal(&its_real, real) &&
           snug_cpus_equal(&its_shown, shown);
}

/* What stands there already is not written again: all the while nobody could read it. */
static void store(struct slot *slot, uintptr_t thread, const struct snug_cpus *real,
                  const struct snug_cpus *shown)
{
    unsigned version = atomic_load_explicit(&slot->version, memory_order_relaxed);
    if (version % 2 || has(slot, thread, real, shown) ||
        !atomic_compare_exchange_strong(&slot->version, &version, version + 1))
        return;
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&slot->thread, thread, memory_order_relaxed);
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++) {
        atomic_store_explicit(&slot->real[i], real->word[i], memory_order_relaxed);
        atomic_store_explicit(&slot->shown[i], shown->word[i], memory_order_relaxed);
    }
    atomic_store_explicit(&slot->version, version + 2, memory_order_release);
}

/* Of threads that were shown the same the one with most CPUs counts: another may have
 * pinned itself to a few. Else the oldest of these gives way. */
static void put_on(struct shelf *shelf, const struct snug_cpus *real,
                   const struct snug_cpus *shown)
{
    struct snug_cpus had;
    struct snug_cpus mask;
    unsigned i = 0;
    while (i < N_SLOTS &&
           !(load(&shelf->slots[i], 0, &had, &mask) && snug_cpus_equal(&mask, shown)))
        i++;
    if (i < N_SLOTS && snug_cpus_count(&had) > snug_cpus_count(real))
        return;
    if (i == N_SLOTS)
        i = atomic_fetch_add_explicit(&shelf->n, 1, memory_order_relaxed) % N_SLOTS;
    store(&shelf->slots[i], 0, real, shown);
}

static bool is_kept(const struct snug_cpus *mask)
{
    unsigned i = 0;
    while (i < N_SLOTS && !has(&kept.slots[i], 0, mask, mask))
        i++;
    return i < N_SLOTS;
}

bool snug_shown_narrow(const struct snug_view *view, uintptr_t thread,
                       struct snug_cpus *mask)
{
    if (snug_cpus_count(mask) <= view->count || is_kept(mask))
        return false;
    struct snug_cpus shown;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        shown.word[i] = view->cpus.word[i] & mask->word[i];
    unsigned n = snug_cpus_count(&shown);
    for (unsigned cpu = snug_cpus_next(mask, 0); n < view->count;
         cpu = snug_cpus_next(mask, cpu + 1))
        if (!snug_cpus_has(&shown, cpu)) {
            snug_cpus_add(&shown, cpu);
            n++;
        }
    store(slot_of(thread), thread, mask, &shown);
    put_on(snug_cpus_equal(&shown, &view->cpus) ? &presented : &others, mask, &shown);
    *mask = shown;
    return true;
}

bool snug_shown_knows(uintptr_t thread)
{
    struct snug_cpus real;
    struct snug_cpus shown;
    return load(slot_of(thread), thread, &real, &shown);
}

bool snug_shown_has_any(void)
{
    return atomic_load_explicit(&shortest_bytes, memory_order_relaxed);
}

/* To be asked before a view or a set goes on the stack, which may be small. */
static bool shows_cpus(void)
{
    /* A library counts in its constructor, which glibc runs before this object's own. */
    snug_start_late();
    return snug_view_shows_cpus();
}

static bool read_view(struct snug_view *ret)
{
    return snug_view_read(ret) && ret->shows_cpus;
}

/* False if the mask has CPUs that a set cannot hold. */
static bool read_mask(size_t n_bytes, const void *mask, struct snug_cpus *ret)
{
    const unsigned char *from = mask;
    unsigned char *to = (void *)ret->word;
    *ret = (struct snug_cpus){0};
    for (size_t i = 0; i < n_bytes; i++)
        if (i < sizeof ret->word)
            to[i] = from[i];
        else if (from[i])
            return false;
    return true;
}

__attribute__((noinline)) static bool has_more(size_t n_bytes, const void *mask)
{
    struct snug_view view;
    struct snug_cpus cpus;
    return read_view(&view) && read_mask(n_bytes, mask, &cpus) &&
           snug_cpus_count(&cpus) > view.count;
}

bool snug_shown_differs(size_t n_bytes, const void *mask)
{
    return shows_cpus() && has_more(n_bytes, mask);
}

static void see_length(size_t n_bytes)
{
    const size_t n = atomic_load_explicit(&shortest_bytes, memory_order_relaxed);
    if (!n || n_bytes < n)
        atomic_store_explicit(&shortest_bytes, n_bytes, memory_order_relaxed);
}

__attribute__((noinline)) static void present(uintptr_t thread, size_t n_bytes,
                                              void *ret_mask)
{
    struct snug_view view;
    struct snug_cpus mask;
    if (!read_view(&view) || !read_mask(n_bytes, ret_mask, &mask) ||
        !snug_shown_narrow(&view, thread, &mask))
        return;
    see_length(n_bytes);
    const unsigned char *from = (void *)mask.word;
    for (size_t i = 0; i < n_bytes && i < sizeof mask.word; i++)
        ((unsigned char *)ret_mask)[i] = from[i];
}

void snug_shown_present(uintptr_t thread, size_t n_bytes, void *ret_mask)
{
    if (shows_cpus())
        present(thread, n_bytes, ret_mask);
}

/* A length may be more than there is. The kernel, which has read the mask, read no less
 * than has a CPU in the one that it gave; and who has more CPUs than that one may name them
 * as far as a mask that can be read is long. */
static size_t count_bytes(const struct snug_cpus *real)
{
    const size_t shortest = atomic_load_explicit(&shortest_bytes, memory_order_relaxed);
    unsigned n = SNUG_CPUS_WORDS;
    while (n && !real->word[n - 1])
        n--;
    return n * sizeof *real->word < shortest ? shortest : n * sizeof *real->word;
}

static bool gives_back(struct slot *slot, uintptr_t thread, size_t n_bytes,
                       const void *mask, struct snug_cpus *ret)
{
    struct snug_cpus real;
    struct snug_cpus shown;
    struct snug_cpus written;
    if (!load(slot, thread, &real, &shown))
        return false;
    const size_t n = count_bytes(&real);
    if (!read_mask(n < n_bytes ? n : n_bytes, mask, &written) ||
        !snug_cpus_equal(&written, &shown))
        return false;
    *ret = real;
    return true;
}

/* Threads that come at once may put the same on a shelf several times. */
static void take_wider(struct slot *slot, size_t n_bytes, const void *mask,
                       struct snug_cpus *widest)
{
    struct snug_cpus real;
    if (gives_back(slot, 0, n_bytes, mask, &real) &&
        snug_cpus_count(&real) > snug_cpus_count(widest))
        *widest = real;
}

bool snug_shown_restore(uintptr_t thread, size_t n_bytes, const void *mask,
                        struct snug_cpus *ret)
{
    if (!mask)
        return false;
    if (gives_back(slot_of(thread), thread, n_bytes, mask, ret))
        return true;
    struct snug_cpus widest = {0};
    for (unsigned i = 0; i < N_SLOTS; i++) {
        take_wider(&presented.slots[i], n_bytes, mask, &widest);
        take_wider(&others.slots[i], n_bytes, mask, &widest);
    }
    if (!snug_cpus_count(&widest))
        return false;
    *ret = widest;
    return true;
}

static void find_widest(struct shelf *shelf, struct snug_cpus *widest)
{
    struct snug_cpus real;
    struct snug_cpus shown;
    for (unsigned i = 0; i < N_SLOTS; i++)
        if (load(&shelf->slots[i], 0, &real, &shown) &&
            snug_cpus_count(&real) > snug_cpus_count(widest))
            *widest = real;
}

void snug_shown_keep(size_t n_bytes, const void *mask)
{
    struct snug_view view;
    struct snug_cpus whole = {0};
    struct snug_cpus set;
    find_widest(&presented, &whole);
    find_widest(&others, &whole);
    const size_t n = count_bytes(&whole);
    if (!mask || !read_mask(n < n_bytes ? n : n_bytes, mask, &set) || !read_view(&view))
        return;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        set.word[i] &= whole.word[i];
    if (!snug_cpus_equal(&set, &whole) && snug_cpus_count(&set) > view.count)
        put_on(&kept, &set, &set);
}
