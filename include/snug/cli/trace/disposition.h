/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SIGCHLD of a traced program that goes on to another one, which is to find it as it was.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* The program is stopped at the beginning of a system call. It makes that call once the
 * caller, who is its child, ends or lets it go on: with SIGCHLD as by default. Where
 * `is_exec`, the call is an execve, and that child is reaped all the same; a program that
 * goes on has to do it itself. False where it cannot be done: the program is stopped at the
 * beginning still, and makes the call as things are. */
bool snug_disposition_restore(pid_t program, bool is_exec);
