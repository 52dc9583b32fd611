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

/* What is asked of a slot. Nothing of it is copied but what is wanted: a set is 1 KiB, and
 * the calling thread's stack may be small. */
struct question {
    const struct snug_cpus *real; /* What it may be alike; NULL: whatever. */
    const struct snug_cpus *shown;
    const unsigned char *written; /* The same as bytes: what follows them is 0. */
    size_t n_written;
    struct snug_cpus *ret_real; /* NULL: not wanted. */
    bool is_alike;              /* The answers. */
    unsigned n_real;            /* How many CPUs are in the real one, */
    unsigned n_words;           /* and in how many words. */
};

static unsigned long word_of(const unsigned char *bytes, size_t n_bytes, unsigned k)
{
    unsigned long ret = 0;
    for (size_t i = 0; i < sizeof ret && k * sizeof ret + i < n_bytes; i++)
        ret |= (unsigned long)bytes[k * sizeof ret + i] << 8 * i;
    return ret;
}

static unsigned count_word(unsigned long word)
{
    unsigned n = 0;
    for (; word; word &= word - 1)
        n++;
    return n;
}

static void answer(struct slot *slot, struct question *question)
{
    question->is_alike = true;
    question->n_real = question->n_words = 0;
    for (unsigned k = 0; k < SNUG_CPUS_WORDS; k++) {
        const unsigned long real =
            atomic_load_explicit(&slot->real[k], memory_order_relaxed);
        const unsigned long shown =
            atomic_load_explicit(&slot->shown[k], memory_order_relaxed);
        if ((question->real && question->real->word[k] != real) ||
            (question->shown && question->shown->word[k] != shown) ||
            (question->written &&
             word_of(question->written, question->n_written, k) != shown))
            question->is_alike = false;
        if (question->ret_real)
            question->ret_real->word[k] = real;
        if (real) {
            question->n_real += count_word(real);
            question->n_words = k + 1;
        }
    }
}

/* Whether the slot is this thread's, and alike. Who is just writing there may be preempted,
 * or be the one that this handler of a signal has interrupted: nobody is waited for without
 * end. */
static bool ask(struct slot *slot, uintptr_t thread, struct question *question)
{
    for (unsigned i = 0; i < N_TRIES; i++) {
        const unsigned version = atomic_load_explicit(&slot->version, memory_order_acquire);
        if (version % 2)
            continue;
        if (!version || atomic_load_explicit(&slot->thread, memory_order_relaxed) != thread)
            return false;
        answer(slot, question);
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&slot->version, memory_order_relaxed) == version)
            return question->is_alike;
    }
    return false;
}

static bool has(struct slot *slot, uintptr_t thread, const struct snug_cpus *real,
                const struct snug_cpus *shown)
{
    return ask(slot, thread, &(struct question){.real = real, .shown = shown});
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
    struct question had = {.shown = shown};
    unsigned i = 0;
    while (i < N_SLOTS && !ask(&shelf->slots[i], 0, &had))
        i++;
    if (i < N_SLOTS && had.n_real > snug_cpus_count(real))
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

/* As snug_shown_narrow. What is shown becomes the view's. */
static bool narrow(struct snug_view *view, uintptr_t thread, struct snug_cpus *mask)
{
    if (snug_cpus_count(mask) <= view->count || is_kept(mask))
        return false;
    bool is_whole = true;
    unsigned n = 0;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++) {
        is_whole &= !(view->cpus.word[i] & ~mask->word[i]);
        view->cpus.word[i] &= mask->word[i];
        n += count_word(view->cpus.word[i]);
    }
    is_whole &= n >= view->count;
    for (unsigned cpu = snug_cpus_next(mask, 0); n < view->count;
         cpu = snug_cpus_next(mask, cpu + 1))
        if (!snug_cpus_has(&view->cpus, cpu)) {
            snug_cpus_add(&view->cpus, cpu);
            n++;
        }
    store(slot_of(thread), thread, mask, &view->cpus);
    put_on(is_whole ? &presented : &others, mask, &view->cpus);
    *mask = view->cpus;
    return true;
}

bool snug_shown_narrow(const struct snug_view *view, uintptr_t thread,
                       struct snug_cpus *mask)
{
    struct snug_view own = *view;
    return narrow(&own, thread, mask);
}

bool snug_shown_knows(uintptr_t thread)
{
    return ask(slot_of(thread), thread, &(struct question){0});
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
static bool fits(size_t n_bytes, const void *mask)
{
    const unsigned char *byte = mask;
    size_t i = sizeof(struct snug_cpus);
    while (i < n_bytes && !byte[i])
        i++;
    return i >= n_bytes;
}

static void read_mask(size_t n_bytes, const void *mask, struct snug_cpus *ret)
{
    for (unsigned k = 0; k < SNUG_CPUS_WORDS; k++)
        ret->word[k] = word_of(mask, n_bytes, k);
}

bool snug_shown_differs(size_t n_bytes, const void *mask)
{
    if (!shows_cpus())
        return false;
    const unsigned char *byte = mask;
    unsigned n = 0;
    for (size_t i = 0; i < n_bytes; i++)
        n += count_word(byte[i]);
    return n > snug_view_count() && fits(n_bytes, mask);
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
    if (!read_view(&view) || !fits(n_bytes, ret_mask))
        return;
    read_mask(n_bytes, ret_mask, &mask);
    if (!narrow(&view, thread, &mask))
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
static size_t count_bytes(unsigned n_words)
{
    const size_t shortest = atomic_load_explicit(&shortest_bytes, memory_order_relaxed);
    const size_t n_bytes = n_words * sizeof(unsigned long);
    return n_bytes < shortest ? shortest : n_bytes;
}

/* Whether what is written is what was shown there. How many CPUs the real mask has, and, if
 * it is wanted, which. */
static bool gives_back(struct slot *slot, uintptr_t thread, size_t n_bytes,
                       const void *mask, unsigned *ret_n_real, struct snug_cpus *ret_real)
{
    struct question question = {0};
    if (!ask(slot, thread, &question))
        return false;
    const size_t n = count_bytes(question.n_words); /* Of a moment when it was whole. */
    question.written = mask;
    question.n_written = n < n_bytes ? n : n_bytes;
    question.ret_real = ret_real;
    if (!fits(question.n_written, mask) || !ask(slot, thread, &question))
        return false;
    *ret_n_real = question.n_real;
    return true;
}

/* Threads that come at once may put the same on a shelf several times. */
static struct slot *find_wider(struct shelf *shelf, size_t n_bytes, const void *mask,
                               struct slot *widest, unsigned *n_widest)
{
    for (unsigned i = 0; i < N_SLOTS; i++) {
        unsigned n;
        if (!gives_back(&shelf->slots[i], 0, n_bytes, mask, &n, NULL) || n <= *n_widest)
            continue;
        *n_widest = n;
        widest = &shelf->slots[i];
    }
    return widest;
}

bool snug_shown_restore(uintptr_t thread, size_t n_bytes, const void *mask,
                        struct snug_cpus *ret)
{
    struct snug_cpus real;
    unsigned n = 0;
    if (!mask)
        return false;
    if (!gives_back(slot_of(thread), thread, n_bytes, mask, &n, &real)) {
        struct slot *widest = find_wider(&presented, n_bytes, mask, NULL, &n);
        widest = find_wider(&others, n_bytes, mask, widest, &n);
        /* One that is written at this very moment says nothing. */
        if (!widest || !gives_back(widest, 0, n_bytes, mask, &n, &real))
            return false;
    }
    *ret = real;
    return true;
}

static struct slot *find_widest(struct shelf *shelf, struct slot *widest,
                                unsigned *n_widest)
{
    for (unsigned i = 0; i < N_SLOTS; i++) {
        struct question question = {0};
        if (!ask(&shelf->slots[i], 0, &question) || question.n_real <= *n_widest)
            continue;
        *n_widest = question.n_real;
        widest = &shelf->slots[i];
    }
    return widest;
}

void snug_shown_keep(size_t n_bytes, const void *mask)
{
    unsigned n_widest = 0;
    struct slot *widest = find_widest(&presented, NULL, &n_widest);
    widest = find_widest(&others, widest, &n_widest);
    struct snug_cpus set;
    struct question whole = {.ret_real = &set};
    if (!mask || !widest || !ask(widest, 0, &whole))
        return;
    const size_t n = count_bytes(whole.n_words);
    const size_t n_written = n < n_bytes ? n : n_bytes;
    bool is_whole = true;
    if (!fits(n_written, mask))
        return;
    for (unsigned k = 0; k < SNUG_CPUS_WORDS; k++) {
        const unsigned long word = set.word[k] & word_of(mask, n_written, k);
        is_whole &= word == set.word[k];
        set.word[k] = word;
    }
    if (!is_whole && snug_view_shows_cpus() && snug_cpus_count(&set) > snug_view_count())
        put_on(&kept, &set, &set);
}
