/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Narrowing and restoring the real affinity mask, without a lock. What surprises: whether
 * it may be narrow is said by `mask` alone, which is set before the mask is narrowed and
 * cleared after it is restored. So whoever comes between, a signal handler or the runtime
 * on another thread, restores too, and whoever was interrupted looks again. test/model
 * tries the orders.
 */
#include <stdatomic.h>

#include "snug/apply/main_thread.h"
#include "snug/apply/window.h"
#include "snug/base/sys.h"

enum { RESTORE_TRIES = 3 };

/* What the main thread's mask may be. */
enum { WHOLE, NARROW, BEING_NARROWED };

/* Whether the mask before was a restriction of the user's. */
enum { UNKNOWN, FREE, RESTRICTED };

static struct {
    _Atomic int state; /* Never SNUG_WINDOW_OPEN: that is a narrow mask while armed. */
    _Atomic int mask;  /* The main thread's. */
    _Atomic bool is_past;
    const struct snug_cpus *presented;
    const struct snug_cpus *free; /* A mask that is no restriction, if one is known. */
    const void *low;
    const void *high;
    struct snug_cpus before; /* The main thread's mask. */
    struct snug_cpus whole;  /* What no restriction at all would have given it. */
    _Atomic int kind;        /* Of the mask before. */
    _Atomic unsigned n_restored;
    bool is_confined;
    struct snug_cpus confined; /* The mask that threads are to keep. */
} window;

void snug_window_arm(const struct snug_cpus *presented, const struct snug_cpus *free,
                     const void *low, const void *high)
{
    window.presented = presented;
    window.free = free;
    window.low = low;
    window.high = high;
    atomic_store(&window.is_past, false);
    int state = atomic_load(&window.state);
    if (state != SNUG_WINDOW_MISSED)
        /* If another thread has just changed it, it is missed now. */
        (void)atomic_compare_exchange_strong(
            &window.state, &state, presented ? SNUG_WINDOW_ARMED : SNUG_WINDOW_SHUT);
}

static long read_mask(int tid, struct snug_cpus *ret)
{
    *ret = (struct snug_cpus){0};
    return snug_sys_sched_getaffinity(tid, sizeof ret->word, ret->word);
}

static bool is_in_image(const void *caller)
{
    return caller >= window.low && caller < window.high;
}

static long set_mask(int tid, const struct snug_cpus *mask)
{
    return snug_sys_sched_setaffinity(tid, sizeof mask->word, mask->word);
}

/* An all-ones mask is no restriction of the user's, so the kernel lets it follow a cpuset
 * that grows later; since Linux 6.2 any other mask is remembered for ever. */
static long set_all(int tid)
{
    struct snug_cpus mask;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        mask.word[i] = ~0ul;
    return set_mask(tid, &mask);
}

/* What an all-ones mask gives. */
static bool set_and_read_all(int tid, struct snug_cpus *whole)
{
    return set_all(tid) == 0 && read_mask(tid, whole) > 0;
}

/* True if an all-ones mask gives back what was there before; if not, the user had a
 * restriction of their own. One that leaves out no CPU of the cpuset looks like none from
 * inside (libsnug(7), Limitations). */
static bool lift(int tid, struct snug_cpus *whole)
{
    return set_and_read_all(tid, whole) && snug_cpus_equal(whole, &window.before);
}

/* True if somebody else, as taskset -p does, has set it since it was narrowed: that stays.
 * A cpuset that changes makes another mask of a narrow one too, and gives another whole
 * one. */
static bool keep_set_meanwhile(int tid)
{
    struct snug_cpus mask, whole;
    return atomic_load(&window.mask) == NARROW && read_mask(tid, &mask) > 0 &&
           !snug_cpus_equal(&mask, window.presented) && set_and_read_all(tid, &whole) &&
           snug_cpus_equal(&whole, &window.whole) &&
           (snug_cpus_equal(&mask, &whole) || set_mask(tid, &mask) == 0);
}

/* It was allowed a moment ago; but it takes memory, and a mask that stayed narrow would
 * last for life. Whether the user had a restriction is asked before the mask is narrowed,
 * for the cpuset may change meanwhile. */
static void restore(int tid)
{
    const struct snug_cpus *mask = window.is_confined ? &window.confined : &window.before;
    const int kind = window.is_confined ? RESTRICTED : window.kind;
    struct snug_cpus whole;
    window.n_restored++;
    if (keep_set_meanwhile(tid))
        return;
    for (unsigned i = 0; i < RESTORE_TRIES; i++)
        if ((kind == FREE && set_all(tid) == 0) || (kind == UNKNOWN && lift(tid, &whole)) ||
            set_mask(tid, mask) == 0)
            return;
}

/* Of the mask that is to be narrowed. A signal handler that restores it meanwhile puts back
 * what is compared with. */
static int find_kind(void)
{
    unsigned n;
    bool is_free;
    if (window.free && snug_cpus_equal(window.free, &window.before)) {
        window.whole = window.before;
        return FREE;
    }
    do {
        n = window.n_restored;
        is_free = lift(0, &window.whole);
    } while (n != window.n_restored);
    return is_free ? FREE : RESTRICTED;
}

/* All of the node's CPUs, so that a cpuset may grow on it; of a mask of the user's own,
 * those on the node. */
void snug_window_confine(const struct snug_cpus *cpus)
{
    if (read_mask(0, &window.before) <= 0)
        return;
    const bool is_free = lift(0, &window.whole);
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        window.confined.word[i] = cpus->word[i] & (is_free ? ~0ul : window.before.word[i]);
    window.is_confined = set_mask(0, &window.confined) == 0;
    if (!window.is_confined)
        restore(0);
}

int snug_window_open(const void *caller)
{
    if (atomic_load_explicit(&window.state, memory_order_acquire) != SNUG_WINDOW_ARMED ||
        atomic_load_explicit(&window.mask, memory_order_relaxed) || !is_in_image(caller) ||
        !snug_main_thread_is_here())
        return 0;

    long r = read_mask(0, &window.before);
    /* A thread that may use only some of the presented CPUs has been pinned since the plan
     * was made: its mask is its own affair. */
    if (r > 0 && !snug_cpus_within(window.presented, &window.before))
        return 0;

    window.kind = UNKNOWN;
    atomic_store(&window.mask, BEING_NARROWED);
    if (r > 0 && !window.is_confined)
        window.kind = find_kind();
    if (r > 0)
        r = snug_sys_sched_setaffinity(0, (size_t)r, window.presented->word);
    int armed = SNUG_WINDOW_ARMED;
    if (r < 0) {
        if (window.kind == RESTRICTED)
            (void)set_mask(0, &window.before);
        atomic_store(&window.mask, WHOLE);
        atomic_compare_exchange_strong(&window.state, &armed, SNUG_WINDOW_FAILED);
        return (int)r;
    }
    atomic_store(&window.mask, NARROW);
    /* The runtime may have been seen on another thread meanwhile, or a filter. */
    if (atomic_load(&window.state) != SNUG_WINDOW_ARMED) {
        restore(0);
        atomic_store(&window.mask, WHOLE);
    }
    return 0;
}

/* On the main thread, or on a copy of it that a fork in a signal handler made. */
static void close_from(int mask)
{
    restore(0);
    if (mask == NARROW)
        atomic_store(&window.mask, WHOLE);
}

bool snug_window_close(void)
{
    const int mask = atomic_load_explicit(&window.mask, memory_order_relaxed);
    if (!mask || !snug_main_thread_is_here())
        return false;
    close_from(mask);
    return true;
}

bool snug_window_give_up(void)
{
    (void)snug_window_close();
    int armed = SNUG_WINDOW_ARMED;
    return atomic_compare_exchange_strong(&window.state, &armed, SNUG_WINDOW_FAILED);
}

/* From another thread. In a process that this one has forked there is no main thread, and
 * the calling one's mask is its own affair. */
static void restore_main_thread(void)
{
    const int pid = (int)snug_sys_getpid();
    struct snug_cpus mask;
    if (read_mask(pid, &mask) <= 0 || snug_cpus_equal(&mask, window.presented))
        restore(pid);
}

bool snug_window_end(const void *caller, bool may_be_armed)
{
    const bool is_elsewhere = !snug_main_thread_is_here();
    int state = SNUG_WINDOW_IDLE;
    if (may_be_armed && is_elsewhere &&
        atomic_compare_exchange_strong(&window.state, &state, SNUG_WINDOW_MISSED))
        return false;
    if (!is_in_image(caller))
        return false;

    state = atomic_load(&window.state);
    if (!is_elsewhere && state != SNUG_WINDOW_DONE)
        atomic_store(&window.is_past, true);
    do
        if (state != SNUG_WINDOW_ARMED && state != SNUG_WINDOW_SHUT)
            return false;
    while (!atomic_compare_exchange_strong(&window.state, &state, SNUG_WINDOW_DONE));

    int mask = atomic_load(&window.mask);
    if (mask && is_elsewhere)
        restore_main_thread();
    else if (mask)
        restore(0);
    /* While it is being narrowed, who does so finds that it is done. */
    if (mask == NARROW)
        atomic_compare_exchange_strong(&window.mask, &mask, WHOLE);
    return state == SNUG_WINDOW_ARMED && is_elsewhere;
}

bool snug_window_was_missed(void)
{
    struct snug_cpus mask;
    return window.presented && read_mask(0, &mask) > 0 &&
           snug_cpus_count(&mask) > snug_cpus_count(window.presented);
}

bool snug_window_is_past(void)
{
    return atomic_load_explicit(&window.is_past, memory_order_acquire);
}

bool snug_window_is_over(void)
{
    const int state = atomic_load(&window.state);
    return state != SNUG_WINDOW_ARMED && state != SNUG_WINDOW_SHUT &&
           atomic_load(&window.mask) == WHOLE;
}

enum snug_window_state snug_window_state(void)
{
    const int state = atomic_load(&window.state);
    return state == SNUG_WINDOW_ARMED && atomic_load(&window.mask)
               ? SNUG_WINDOW_OPEN
               : (enum snug_window_state)state;
}
