/* SPDX-License-Identifier: LGPL-2.1-or-later
 * libc gives each thread a pointer of its own, for life. What surprises: in a process that
 * another thread has forked nobody is the main thread, though the kernel says so.
 */
#include "snug/apply/main_thread.h"

#include <stdatomic.h>
#include <stddef.h>

#include "snug/base/sys.h"

static const void *_Atomic main_thread;

void snug_main_thread_arm(void)
{
    atomic_store(&main_thread, __builtin_thread_pointer());
}

bool snug_main_thread_is_here(void)
{
    const void *known = atomic_load_explicit(&main_thread, memory_order_relaxed);
    return known ? __builtin_thread_pointer() == known
                 : snug_sys_gettid() == snug_sys_getpid();
}
