/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the runtime maps first (runtime/malloc.go, mpagealloc_64bit.go, the same on amd64
 * and arm64): memory for its own bookkeeping, then address space for the summaries of its
 * pages, level by level. All of it before it reads the environment or creates a thread.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

#include "snug/apply/caller.h"
#include "snug/apply/main_thread.h"

/* Above every address that a program may have. */
enum { STEP_SHIFT = 60 };

static const struct {
    size_t n_bytes;
    int prot;
} steps[SNUG_CALLER_STEPS] = {
    {256u << 10, PROT_READ | PROT_WRITE},
    {128u << 10, PROT_NONE},
    {1u << 20, PROT_NONE},
};

static struct {
    _Atomic bool is_armed;
    const void *low;
    const void *high;
    const void *_Atomic runtime; /* NULL: not yet known. */
    /* The place that has made the first steps, and how many of them: on the main thread and
     * on any other. Another place that makes the first step takes its turn. */
    _Atomic uintptr_t track[2];
} callers;

void snug_caller_arm(const void *low, const void *high)
{
    callers.low = low;
    callers.high = high;
    atomic_store_explicit(&callers.is_armed, true, memory_order_release);
}

static bool is_in_image(const void *caller)
{
    return caller >= callers.low && caller < callers.high;
}

/* The step that such a mapping is, or SNUG_CALLER_STEPS for none. */
static uintptr_t step_of(const void *at, size_t n_bytes, int prot, int flags)
{
    uintptr_t ret = 0;
    if (at || flags != (MAP_PRIVATE | MAP_ANONYMOUS))
        return SNUG_CALLER_STEPS;
    while (ret < SNUG_CALLER_STEPS &&
           (n_bytes != steps[ret].n_bytes || prot != steps[ret].prot))
        ret++;
    return ret;
}

/* Whether this place has made a step and not yet the last, on whichever thread. */
static bool is_tracked(const void *caller)
{
    const uintptr_t place = ((uintptr_t)1 << STEP_SHIFT) - 1;
    for (unsigned i = 0; i < 2; i++)
        if ((atomic_load_explicit(&callers.track[i], memory_order_relaxed) & place) ==
            (uintptr_t)caller)
            return true;
    return false;
}

/* True with the last step. Any other mapping from that place means that it is C code's. */
static bool go_on(_Atomic uintptr_t *track, const void *caller, uintptr_t step)
{
    const uintptr_t place = (uintptr_t)caller;
    const uintptr_t seen = atomic_load_explicit(track, memory_order_relaxed);
    uintptr_t next = seen;
    if (step == 0 || (step < SNUG_CALLER_STEPS && seen == (step << STEP_SHIFT | place)))
        next = (step + 1) << STEP_SHIFT | place;
    else if (((seen ^ place) << (64 - STEP_SHIFT)) == 0)
        next = 0;
    const bool is_last = next >> STEP_SHIFT == SNUG_CALLER_STEPS;
    atomic_store_explicit(track, is_last ? 0 : next, memory_order_relaxed);
    return is_last;
}

bool snug_caller_see_mapping(const void *caller, const void *at, size_t n_bytes, int prot,
                             int flags)
{
    const bool is_armed = atomic_load_explicit(&callers.is_armed, memory_order_acquire);
    if (atomic_load_explicit(&callers.runtime, memory_order_relaxed) ||
        (is_armed && !is_in_image(caller)))
        return false;
    const uintptr_t step = step_of(at, n_bytes, prot, flags);
    if (step == SNUG_CALLER_STEPS && !is_tracked(caller))
        return false;

    const void *unknown = NULL;
    return go_on(&callers.track[snug_main_thread_is_here()], caller, step) &&
           (!is_armed ||
            atomic_compare_exchange_strong(&callers.runtime, &unknown, caller));
}

bool snug_caller_is_known(void)
{
    return atomic_load_explicit(&callers.runtime, memory_order_relaxed);
}

bool snug_caller_is_runtime(const void *caller)
{
    const void *runtime = atomic_load_explicit(&callers.runtime, memory_order_relaxed);
    return runtime && caller == runtime;
}

bool snug_caller_may_be_runtime(const void *caller)
{
    const void *runtime = atomic_load_explicit(&callers.runtime, memory_order_relaxed);
    return runtime ? caller == runtime : is_in_image(caller);
}
