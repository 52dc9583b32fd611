/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The process that traces the start of the program which its parent becomes. It leaves the
 * program no child to wait for.
 */
#pragma once

#include <signal.h>
#include <sys/types.h>

#include "snug/cli/trace/tracer.h"

struct snug_helper {
    pid_t pid;
    bool is_orphan;
    struct sigaction of_child; /* As it was. */
};

/* Starts one that will do what the tracer's first members ask for, once this process has
 * called exec. Until then SIGCHLD is ignored here, unless the helper is an orphan. -errno
 * if there is none: nothing is changed then. */
int snug_helper_start(const struct snug_tracer *wishes, struct snug_helper *ret);

/* Ends it before an exec, and undoes what its start has done. */
void snug_helper_end(const struct snug_helper *helper);
