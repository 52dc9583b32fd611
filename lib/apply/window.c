/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Narrowing and restoring the real affinity mask. No lock: the state is one word, and
 * whoever moves it from ARMED to OPEN owns the rest until it moves on.
 */
#include <stdatomic.h>
#include <sys/mman.h>

#include "snug/sys.h"
#include "snug/window.h"

static const size_t first_mapping_bytes = 256u << 10;

static struct {
    _Atomic int state;
    _Atomic int owner; /* The thread id, while OPEN. */
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
    atomic_store(&window.state, SNUG_WINDOW_ARMED);
}

static long read_mask(struct snug_cpus *ret)
{
    *ret = (struct snug_cpus){0};
    return snug_sys_sched_getaffinity(0, sizeof ret->word, ret->word);
}

int snug_window_open(const void *caller)
{
    int armed = SNUG_WINDOW_ARMED;
    if (caller < window.low || caller >= window.high ||
        !atomic_compare_exchange_strong(&window.state, &armed, SNUG_WINDOW_OPEN))
        return 0;

    long r = read_mask(&window.before);
    /* A thread that may use only some of the presented CPUs has been pinned since the plan
     * was made: its mask is its own affair. */
    const bool is_pinned = r > 0 && !snug_cpus_within(window.presented, &window.before);
    if (r > 0 && !is_pinned)
        r = snug_sys_sched_setaffinity(0, (size_t)r, window.presented->word);
    if (r < 0 || is_pinned) {
        atomic_store(&window.state, r < 0 ? SNUG_WINDOW_FAILED : SNUG_WINDOW_ARMED);
        return r < 0 ? (int)r : 0;
    }
    atomic_store(&window.owner, (int)snug_sys_gettid());
    return 0;
}

/* An all-ones mask is no restriction of the user's, so the kernel lets it follow a cpuset
 * that grows later; since Linux 6.2 any other mask is remembered for ever. If it does not
 * give back what was there, the user had a restriction of their own, and gets exactly that.
 */
static void restore(void)
{
    struct snug_cpus mask;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        mask.word[i] = ~0ul;
    const long r = snug_sys_sched_setaffinity(0, sizeof mask.word, mask.word);
    if (r == 0 && read_mask(&mask) > 0 && snug_cpus_equal(&mask, &window.before))
        return;
    /* It was allowed a moment ago. Should it fail now, nothing more can be done. */
    (void)snug_sys_sched_setaffinity(0, sizeof window.before.word, window.before.word);
}

static bool is_open_here(void)
{
    return atomic_load_explicit(&window.state, memory_order_relaxed) == SNUG_WINDOW_OPEN &&
           atomic_load(&window.owner) == snug_sys_gettid();
}

static void leave(enum snug_window_state next)
{
    restore();
    atomic_store(&window.owner, 0);
    atomic_store(&window.state, next);
}

void snug_window_close(void)
{
    if (is_open_here())
        leave(SNUG_WINDOW_ARMED);
}

void snug_window_see_mapping(const void *at, size_t n_bytes, int prot, int flags)
{
    if (!is_open_here())
        return;
    const bool is_first = !at && n_bytes == first_mapping_bytes &&
                          prot == (PROT_READ | PROT_WRITE) &&
                          flags == (MAP_PRIVATE | MAP_ANONYMOUS);
    leave(is_first ? SNUG_WINDOW_DONE : SNUG_WINDOW_ARMED);
}

enum snug_window_state snug_window_state(void)
{
    return (enum snug_window_state)atomic_load(&window.state);
}
