/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The first process of a container, or of what is started: it hands signals on to the
 * program or its process group, reaps what is orphaned, and ends as the program did.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "snug/cli/run/attendant.h"
#include "snug/cli/trace/tracer.h"

enum { SNUG_INIT_CODES = 256 };

struct snug_init {
    unsigned
        grace_sec;     /* From a signal to end until SIGKILL; 0: there is no such moment. */
    int parent_signal; /* What the parent's death is for this process; 0: nothing. */
    bool is_single; /* Signals are for the program, and for its group once it has ended. */
    bool warns_reaped;                /* A line for each orphan. */
    bool is_verbose;                  /* A line for each signal. */
    bool is_success[SNUG_INIT_CODES]; /* Exit codes that become 0. */
};

/* Forks. Where `tracer` is not NULL, the child's exec is traced as its first members say;
 * where it awaits the first thread, the attendant meets the program then, and looks from
 * time to time. `ret_trace` says in the child whether that can be, by 0 or -errno. Returns
 * 0 in the child, which has a process group of its own, the terminal if this process had
 * it, and signals as they were before: it is to become the program. In the parent, whose
 * descriptors but standard error are closed then, it returns when all is over, 1 with the
 * exit status, or -errno if there is no child. */
int snug_init_start(const struct snug_init *wishes, const struct snug_tracer *tracer,
                    struct snug_attendant *attendant, int *ret_trace, int *ret_status);
