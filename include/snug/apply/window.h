/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The start window: the few microseconds between the Go runtime's last call into libc before
 * it counts and its first mmap, in which the real affinity mask is narrowed to the presented CPUs.
 *
 * It may open more than once: C constructors call pthread_attr_destroy too. Anything that is
 * hooked closes it and it can open again; only the runtime's own first mappings end it for
 * good. A mask belongs to a thread, so only the thread that opened it closes it; but
 * a runtime that is seen to start on another thread (Go in a C program) ends it for all.
 */
#pragma once

#include <stdbool.h>

#include "snug/base/cpus.h"

enum snug_window_state {
    SNUG_WINDOW_IDLE,  /* No window is wanted. */
    SNUG_WINDOW_SHUT,  /* Nothing is narrowed, but the runtime's start is looked out for. */
    SNUG_WINDOW_ARMED, /* It opens at the next trigger. */
    SNUG_WINDOW_OPEN,  /* The owner's mask is narrowed. */
    SNUG_WINDOW_DONE,  /* The runtime has counted. */
    SNUG_WINDOW_FAILED, /* The mask could not be narrowed. */
    SNUG_WINDOW_MISSED, /* The runtime had counted before it was armed. */
};

/* Nothing if it was missed. `presented` must live for ever; NULL: the window stays shut.
 * `free`, which must too, is a mask that is known to be no restriction; NULL: none is, and
 * the kernel is asked. `low` and `high` bound the main program's image: only a call from
 * there opens the window. */
void snug_window_arm(const struct snug_cpus *presented, const struct snug_cpus *free,
                     const void *low, const void *high);

/* Before anything else: this thread, and all that it starts, stay on these CPUs, the window
 * apart. A mask of the user's own is respected. The new mask outlives an exec. */
void snug_window_confine(const struct snug_cpus *cpus);

/* The trigger: `caller` called pthread_attr_destroy. Only the main thread opens it, since a Go
 * program's runtime starts there. Returns 0, also when there was nothing to do; -EPERM or
 * another error if narrowing failed, once: the plan needs its other way then. */
int snug_window_open(const void *caller);

/* Gives the thread its mask back if it has the window open, and says so. Cheap otherwise.
 */
bool snug_window_close(void);

/* Before a seccomp filter is loaded, which may refuse the mask or kill for it: closes the
 * window, and it will not open again. True, once, if it might have: the plan needs its
 * other way then. */
bool snug_window_give_up(void);

/* Whether a runtime that has counted just now, on this thread and outside the window, found
 * more CPUs than are presented: the thread was not pinned to fewer by anybody else. */
bool snug_window_was_missed(void);

/* By its mappings the Go runtime is known, which `caller` makes, and so has counted
 * (snug/apply/caller.h): ends the window. True, once, if it starts on another thread than
 * the main one and so has counted without the window: the plan needs its other way then.
 * `may_be_armed`: the window may be armed yet; it will not be if this is a runtime on
 * another thread. */
bool snug_window_end(const void *caller, bool may_be_armed);

/* Whether the runtime was seen to start on the main thread, before it creates any other. */
bool snug_window_is_past(void);

/* Whether it will neither open again nor end: no mapping changes anything any more. To be
 * asked when the start is over. Then it stays so. */
bool snug_window_is_over(void);

/* For stats and tests. */
enum snug_window_state snug_window_state(void);
