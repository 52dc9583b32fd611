/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The mask that C code is shown in the place of a thread's real one, and what that means
 * when it is written back: libraries pin a thread for a while and put back what they have
 * read. A program that wants exactly the CPUs that it was shown cannot be told from one
 * that puts them back, and gets the real ones.
 *
 * From any thread at any time. All leave errno alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "snug/apply/view.h"

/* `view` shows CPUs. `mask` is the real mask of a thread; `thread` is any number that is
 * only its own. False if it is shown as it is: it has no more CPUs than are to be seen.
 * Else it becomes what is shown: the presented CPUs that are in it, and others of it until
 * there are as many as are to be seen, so that a cpuset may move and a CPU go. */
bool snug_shown_narrow(const struct snug_view *view, uintptr_t thread,
                       struct snug_cpus *mask);

/* Whether the thread was shown a mask, as far as that is remembered. */
bool snug_shown_knows(uintptr_t thread);

/* For the hooks. Whether any thread was shown a mask by snug_shown_present yet: if not,
 * nothing can be put back or is to be kept. Takes no room on the stack. */
bool snug_shown_has_any(void);

/* For the hooks. Whether snug_shown_present would change the mask, were it a thread's of
 * this process. */
bool snug_shown_differs(size_t n_bytes, const void *mask);

/* For the hooks. `ret_mask`, `n_bytes` long, is what the kernel has just written of a
 * thread's mask: it becomes what is shown. */
void snug_shown_present(uintptr_t thread, size_t n_bytes, void *ret_mask);

/* The thread, or one for it, writes `mask`, which was accepted a moment ago, or is NULL.
 * True if it is what the thread was shown last, or else any thread at any time, as far as
 * that is remembered. `ret` is then the real mask of that time, of several threads' that
 * with most CPUs, which is to be set instead. */
bool snug_shown_restore(uintptr_t thread, size_t n_bytes, const void *mask,
                        struct snug_cpus *ret);

/* The program has set `mask`, which was accepted a moment ago, or is NULL, and is not what it
 * was shown. A mask that leaves out CPUs of the widest that was narrowed is shown as it is
 * from now on, as far as that is remembered: what a thread had before and what it has then
 * must not look alike, and who sets a mask may ask whether it has it. */
void snug_shown_keep(size_t n_bytes, const void *mask);
