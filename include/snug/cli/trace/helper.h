/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The process that traces the start of the program which its parent becomes. It leaves the
 * program no child to wait for.
 */
#pragma once

#include <signal.h>
#include <sys/types.h>

struct snug_helper {
    pid_t pid;
    struct sigaction of_child; /* As it was. */
};

/* Starts one that will make the Go runtime count `n_cpus`, once this process has called
 * exec. Until then SIGCHLD is ignored here. -errno if there is none: nothing is changed
 * then. */
int snug_helper_start(unsigned n_cpus, struct snug_helper *ret);

/* Ends it before an exec, and undoes what its start has done. */
void snug_helper_end(const struct snug_helper *helper);
