/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether the main thread is running, told without a system call: several of the runtime's
 * first mappings ask.
 */
#pragma once

#include <stdbool.h>

/* By the main thread, once. */
void snug_main_thread_arm(void);

/* Whether the caller runs on the main thread: the one that armed it or, after a fork by that
 * one, its copy. Before it is armed the kernel is asked. From any thread. */
bool snug_main_thread_is_here(void);
