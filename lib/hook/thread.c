/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The start window's trigger, and the threads that must not be born inside the window,
 * since a thread inherits its creator's mask.
 */
#include <errno.h>
#include <pthread.h>

#include "snug/apply/follow.h"
#include "snug/apply/inheritance.h"
#include "snug/apply/start.h"
#include "snug/apply/threads.h"
#include "snug/apply/window.h"
#include "snug/hook/next.h"
#include "snug/hook/syscall.h"
#include "snug/stats/counters.h"

/* The runtime's last call into libc before it counts. */
int pthread_attr_destroy(pthread_attr_t *attr)
{
    snug_start_late();
    snug_start_open_window(__builtin_return_address(0));
    snug_syscall_see_window();

    int (*next)(pthread_attr_t *) = snug_next_find(SNUG_NEXT_PTHREAD_ATTR_DESTROY);
    return next ? next(attr) : 0;
}

/* Reads the mask, too, and a thread that is created with it has that for life. */
int pthread_getattr_np(pthread_t thread, pthread_attr_t *ret)
{
    snug_window_close();
    int (*next)(pthread_t, pthread_attr_t *) = snug_next_find(SNUG_NEXT_PTHREAD_GETATTR_NP);
    return next ? next(thread, ret) : ENOSYS;
}

/* A thread of snug's own, beside the first that the Go runtime creates. */
static void follow(void)
{
    const struct snug_crew_calls libc = {
        .attr_init = (int (*)(void *))snug_next_find(SNUG_NEXT_PTHREAD_ATTR_INIT),
        .attr_setstacksize =
            (int (*)(void *, size_t))snug_next_find(SNUG_NEXT_PTHREAD_ATTR_SETSTACKSIZE),
        .create = (int (*)(unsigned long *, const void *, void *(*)(void *),
                           void *))snug_next_find(SNUG_NEXT_PTHREAD_CREATE),
        .join = (int (*)(unsigned long, void **))snug_next_find(SNUG_NEXT_PTHREAD_JOIN),
        .min_stack =
            (size_t(*)(const void *))snug_next_find(SNUG_NEXT_PTHREAD_GET_MINSTACK),
    };
    snug_follow_start(&libc);
}

int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attr, void *(*run)(void *),
                   void *argument)
{
    snug_window_close();
    if (snug_inheritance_is_armed())
        snug_inheritance_see_thread();

    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        snug_next_find(SNUG_NEXT_PTHREAD_CREATE);
    const int ret = next ? next(ret_thread, attr, run, argument) : EAGAIN;
    if (ret == 0) {
        snug_counters_add(SNUG_COUNT_THREADS, 1);
        snug_threads_see_creation(__builtin_return_address(0));
        if (snug_follow_is_due())
            follow();
    }
    return ret;
}
