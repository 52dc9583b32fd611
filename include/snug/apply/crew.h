/* SPDX-License-Identifier: LGPL-2.1-or-later
 * snug's own threads in the host: made with the program's own libc.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* libc's functions for threads. */
struct snug_crew_calls {
    int (*attr_init)(void *attr);
    int (*attr_setstacksize)(void *attr, size_t n_bytes);
    int (*create)(unsigned long *ret_thread, const void *attr, void *(*run)(void *),
                  void *argument);
    int (*join)(unsigned long thread, void **ret_value);
    /* glibc's __pthread_get_minstack: what a stack has to have besides what it is used for.
     * NULL if there is none. */
    size_t (*min_stack)(const void *attr);
};

/* Once, before a thread is made. False if a function that is needed is missing. `is_musl`
 * tells whose functions they are. */
bool snug_crew_arm(const struct snug_crew_calls *libc, bool is_musl);

/* Creates a thread that runs `run`. False if that failed. */
bool snug_crew_create(void *(*run)(void *), void *argument, unsigned long *ret_thread);

/* Waits for its end. */
void snug_crew_join(unsigned long thread);
