/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SIGCHLD of a traced program that goes on to another one, which is to find it as it was.
 */
#pragma once

#include <sys/types.h>

/* The program is stopped at the beginning of an execve. It makes that call once the caller
 * ends, who is its child: with SIGCHLD as by default, and that child is reaped all the
 * same. Where that cannot be done, it makes the call as things are. */
void snug_disposition_restore(pid_t program);
