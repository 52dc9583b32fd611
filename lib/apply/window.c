/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Narrowing and restoring the real affinity mask, without a lock. What surprises: whether
 * it may be narrow is said by `owner` alone, which is set before the mask is narrowed and
 * cleared after it is restored. So whoever comes between, a signal handler or the runtime
 * on another thread, restores too, and whoever was interrupted looks again. test/model
 * tries all orders.
 */
#include <stdatomic.h>

#include "snug/apply/window.h"
#include "snug/base/sys.h"

enum { RESTORE_TRIES = 3 };

static struct {
    _Atomic int state; /* Never SNUG_WINDOW_OPEN: that is an owner while armed. */
    /* The thread id of whose mask may be narrow, negative while it is being narrowed, or 0.
     * It is the main thread's, and so the process id too, but in a copy made by fork. */
    _Atomic int owner;
    _Atomic bool is_past;
    const struct snug_cpus *presented;
    const void *low;
    const void *high;
    struct snug_cpus before; /* The owner's mask. */
    bool is_confined;
    struct snug_cpus confined; /* The mask that threads are to keep. */
} window;

void snug_window_arm(const struct snug_cpus *presented, const void *low, const void *high)
{
    window.presented = presented;
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
 * that grows later; since Linux 6.2 any other mask is remembered for ever. True if it gives
 * back what was there before; if not, the user had a restriction of their own. */
static bool lift(int tid)
{
    struct snug_cpus mask;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        mask.word[i] = ~0ul;
    return set_mask(tid, &mask) == 0 && read_mask(tid, &mask) > 0 &&
           snug_cpus_equal(&mask, &window.before);
}

/* It was allowed a moment ago; but it takes memory, and a mask that stayed narrow would
 * last for life. */
static void restore(int tid)
{
    const struct snug_cpus *mask = window.is_confined ? &window.confined : &window.before;
    for (unsigned i = 0; i < RESTORE_TRIES; i++)
        if ((!window.is_confined && lift(tid)) || set_mask(tid, mask) == 0)
            return;
}

/* All of the node's CPUs, so that a cpuset may grow on it; of a mask of the user's own,
 * those on the node. */
void snug_window_confine(const struct snug_cpus *cpus)
{
    if (read_mask(0, &window.before) <= 0)
        return;
    const bool is_free = lift(0);
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        window.confined.word[i] = cpus->word[i] & (is_free ? ~0ul : window.before.word[i]);
    window.is_confined = set_mask(0, &window.confined) == 0;
    if (!window.is_confined)
        restore(0);
}

int snug_window_open(const void *caller)
{
    if (atomic_load_explicit(&window.state, memory_order_acquire) != SNUG_WINDOW_ARMED ||
        atomic_load_explicit(&window.owner, memory_order_relaxed) || !is_in_image(caller))
        return 0;
    const int tid = (int)snug_sys_gettid();
    if (tid != snug_sys_getpid())
        return 0;

    long r = read_mask(0, &window.before);
    /* A thread that may use only some of the presented CPUs has been pinned since the plan
     * was made: its mask is its own affair. */
    if (r > 0 && !snug_cpus_within(window.presented, &window.before))
        return 0;

    atomic_store(&window.owner, -tid);
    if (r > 0)
        r = snug_sys_sched_setaffinity(0, (size_t)r, window.presented->word);
    int armed = SNUG_WINDOW_ARMED;
    if (r < 0) {
        atomic_store(&window.owner, 0);
        atomic_compare_exchange_strong(&window.state, &armed, SNUG_WINDOW_FAILED);
        return (int)r;
    }
    atomic_store(&window.owner, tid);
    /* The runtime may have been seen on another thread meanwhile. */
    if (atomic_load(&window.state) != SNUG_WINDOW_ARMED) {
        restore(0);
        atomic_store(&window.owner, 0);
    }
    return 0;
}

/* The calling thread may be the owner, or a copy of it that a fork in a signal handler
 * made. One that cannot tell who it is may be the owner too.
 */
static void close_for(int owner)
{
    const int tid = (int)snug_sys_gettid();
    const int process = owner < 0 ? -owner : owner;
    struct snug_cpus mask;
    if (tid >= 0 && process != tid &&
        (process == snug_sys_getpid() || read_mask(0, &mask) <= 0 ||
         !snug_cpus_equal(&mask, window.presented)))
        return;
    restore(tid < 0 ? process : 0);
    if (owner > 0)
        atomic_store(&window.owner, 0);
}

void snug_window_close(void)
{
    const int owner = atomic_load_explicit(&window.owner, memory_order_relaxed);
    if (owner)
        close_for(owner);
}

bool snug_window_end(const void *caller, bool may_be_armed)
{
    const int pid = (int)snug_sys_getpid();
    const bool is_elsewhere = snug_sys_gettid() != pid;
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

    int owner = atomic_load(&window.owner);
    if (owner == pid || owner == -pid)
        restore(pid);
    /* While it is being narrowed, who does so finds that it is done. */
    if (owner == pid)
        atomic_compare_exchange_strong(&window.owner, &owner, 0);
    return state == SNUG_WINDOW_ARMED && is_elsewhere;
}

bool snug_window_is_past(void)
{
    return atomic_load_explicit(&window.is_past, memory_order_acquire);
}

enum snug_window_state snug_window_state(void)
{
    const int state = atomic_load(&window.state);
    return state == SNUG_WINDOW_ARMED && atomic_load(&window.owner)
               ? SNUG_WINDOW_OPEN
               : (enum snug_window_state)state;
}
