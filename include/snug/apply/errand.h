/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The follower's descriptors, which are not the program's, and what must be done among the
 * program's all the same: by a second thread, since one that is created has its creator's.
 */
#pragma once

#include <stdbool.h>

#include "snug/base/log.h"

/* Once, at the start, by the thread that starts: whether a thread can have descriptors of
 * its own here. */
void snug_errand_arm(void);

/* The follower is to have the program's descriptors. Where the kernel tells this process of
 * messages in a queue, to leave would end that: a copy of the first 64 descriptors is made
 * for the thread, also on Linux 6.18, and to close it gives up what mq_notify(3) has asked
 * for. From any thread, before snug_errand_begin. */
void snug_errand_stay(void);

/* Creates the second thread, where that is of use, by a thread of the program's. snug's
 * threads can be made by then. */
void snug_errand_begin(void);

/* The calling thread has descriptors of its own from now on: none, and 0 to 2 are taken.
 * Where that fails it shares the program's, as every thread does, and the second thread
 * ends. */
void snug_errand_leave(void);

/* Has it done by the second thread, and waits for that; without one it is done here. The
 * calling thread is the one that has left, or is to leave. */
void snug_errand_run(void (*what)(void *argument), void *argument);

/* A line as snug_log_write writes it, to what standard error is in the program. From the
 * same thread. */
void snug_errand_log(const struct snug_log *log, enum snug_log_level level,
                     const char *text);

/* The second thread ends, if there is one. From the same thread, or from the one that has
 * begun it where no other does anything. */
void snug_errand_end(void);

/* How many threads of snug's that makes: 0 or 1. */
unsigned snug_errand_n_threads(void);
