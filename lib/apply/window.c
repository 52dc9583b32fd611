/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Narrowing and restoring the real affinity mask. No lock: the state is one word, and
 * whoever moves it from ARMED to OPEN owns the rest until it moves on.
 */
#include <stdatomic.h>
#include <sys/mman.h>

#include "snug/sys.h"
#include "snug/window.h"

enum { RESTORE_TRIES = 3 };

static const size_t first_mapping_bytes = 256u << 10;

static struct {
    _Atomic int state;
    _Atomic int owner; /* The thread id of who opened it last. */
    _Atomic bool is_past;
    const struct snug_cpus *presented;
    const void *low;
    const void *high;
    struct snug_cpus before; /* The owner's mask. */
} window;

void snug_window_arm(const struct snug_cpus *presented, const void *low, const void *high)
{
    window.presented = presented;
    window.low = low;
    window.high = high;
    atomic_store(&window.state, presented ? SNUG_WINDOW_ARMED : SNUG_WINDOW_SHUT);
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

int snug_window_open(const void *caller)
{
    if (atomic_load_explicit(&window.state, memory_order_acquire) != SNUG_WINDOW_ARMED ||
        !is_in_image(caller))
        return 0;
    const int tid = (int)snug_sys_gettid();
    if (tid != snug_sys_getpid())
        return 0;

    long r = read_mask(tid, &window.before);
    /* A thread that may use only some of the presented CPUs has been pinned since the plan
     * was made: its mask is its own affair. */
    if (r > 0 && !snug_cpus_within(window.presented, &window.before))
        return 0;

    int armed = SNUG_WINDOW_ARMED;
    atomic_store(&window.owner, tid);
    if (!atomic_compare_exchange_strong(&window.state, &armed, SNUG_WINDOW_OPEN))
        return 0; /* The runtime has just been seen on another thread. */
    if (r > 0)
        r = snug_sys_sched_setaffinity(tid, (size_t)r, window.presented->word);
    if (r < 0)
        atomic_store(&window.state, SNUG_WINDOW_FAILED);
    return r < 0 ? (int)r : 0;
}

/* An all-ones mask is no restriction of the user's, so the kernel lets it follow a cpuset
 * that grows later; since Linux 6.2 any other mask is remembered for ever. If it does not
 * give back what was there, the user had a restriction of their own, and gets exactly that.
 * It was allowed a moment ago; but it takes memory, and a mask that stayed narrow would
 * last for life. */
static void restore(int tid)
{
    for (unsigned i = 0; i < RESTORE_TRIES; i++) {
        struct snug_cpus mask;
        for (unsigned j = 0; j < SNUG_CPUS_WORDS; j++)
            mask.word[j] = ~0ul;
        long r = snug_sys_sched_setaffinity(tid, sizeof mask.word, mask.word);
        if (r == 0 && read_mask(tid, &mask) > 0 && snug_cpus_equal(&mask, &window.before))
            return;
        r = snug_sys_sched_setaffinity(tid, sizeof window.before.word, window.before.word);
        if (r == 0)
            return;
    }
}

void snug_window_close(void)
{
    int open = SNUG_WINDOW_OPEN;
    if (atomic_load_explicit(&window.state, memory_order_relaxed) != SNUG_WINDOW_OPEN)
        return;
    /* A thread that cannot tell who it is may be the owner. */
    const long tid = snug_sys_gettid();
    if (tid >= 0 && tid != atomic_load(&window.owner))
        return;
    restore(atomic_load(&window.owner));
    /* Unless another thread has ended it meanwhile. */
    atomic_compare_exchange_strong(&window.state, &open, SNUG_WINDOW_ARMED);
}

bool snug_window_see_mapping(const void *caller, const void *at, size_t n_bytes, int prot,
                             int flags)
{
    const int state = atomic_load_explicit(&window.state, memory_order_relaxed);
    if (state == SNUG_WINDOW_IDLE || state == SNUG_WINDOW_DONE ||
        (state == SNUG_WINDOW_FAILED && snug_window_is_past()))
        return false;
    const bool is_first = !at && n_bytes == first_mapping_bytes &&
                          prot == (PROT_READ | PROT_WRITE) &&
                          flags == (MAP_PRIVATE | MAP_ANONYMOUS) && is_in_image(caller);
    if (!is_first) {
        snug_window_close();
        return false;
    }
    const bool is_elsewhere = snug_sys_gettid() != snug_sys_getpid();
    if (!is_elsewhere)
        atomic_store(&window.is_past, true);
    if (state == SNUG_WINDOW_FAILED)
        return false;
    const int before = atomic_exchange(&window.state, SNUG_WINDOW_DONE);
    if (before == SNUG_WINDOW_OPEN)
        restore(atomic_load(&window.owner));
    return (before == SNUG_WINDOW_ARMED || before == SNUG_WINDOW_OPEN) && is_elsewhere;
}

bool snug_window_is_past(void)
{
    return atomic_load_explicit(&window.is_past, memory_order_acquire);
}

enum snug_window_state snug_window_state(void)
{
    return (enum snug_window_state)atomic_load(&window.state);
}
