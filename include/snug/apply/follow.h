/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Following a live resize: one thread that reads the limits again at each interval, makes
 * the plan anew, and applies what has changed.
 */
#pragma once

#include "snug/apply/crew.h"
#include "snug/base/elf.h"
#include "snug/base/log.h"
#include "snug/plan/plan.h"

/* What the start found and decided. All of it must live for ever; `facts` and `policy` are
 * the thread's from the moment it runs, and kept up to date by it. */
struct snug_follow {
    const struct snug_elf *image;
    struct snug_facts *facts;
    struct snug_policy *policy;
    const struct snug_plan *plan;
    uint64_t request_milli;
    uint64_t page_bytes;
    const char *program; /* The executable's path, for sections of the policy. */
    struct snug_log log;
};

/* Once, at the start, and only if the plan says so. */
void snug_follow_arm(const struct snug_follow *with);

/* Whether a thread that is created now is the moment to start: the Go runtime is up, it is
 * its main thread that creates one, and so none of the runtime's locks is held that a
 * thread of ours could need. True once. */
bool snug_follow_is_due(void);

/* The program loads a seccomp filter, which may kill for what a look takes: before the
 * thread runs, it is not started, and a line says so. */
void snug_follow_see_filter(void);

/* The program asks for a Landlock domain, which holds for a thread and for those that it
 * creates later: the follower, which may be none of them, ends at its next look, and lets
 * nobody into Go any more. From any thread, also in a signal's handler. */
void snug_follow_see_sandbox(void);

/* Finds the runtime's words, and creates the thread. Leaves errno alone; what is missing is
 * logged. */
void snug_follow_start(const struct snug_crew_calls *libc);

/* How many threads of the process are snug's own. */
unsigned snug_follow_n_threads(void);
