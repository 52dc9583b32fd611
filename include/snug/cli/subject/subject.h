/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The process that a command is about: this one, another one, or one of a captured machine;
 * and with it the facts, the policy and the plan that the object in that process would come
 * to.
 */
#pragma once

#include "snug/cli/command/arguments.h"
#include "snug/cli/subject/executable.h"
#include "snug/cli/subject/snapshot.h"
#include "snug/plan/plan.h"

enum { SNUG_SUBJECT_NOTES_MAX = 6, SNUG_SUBJECT_NOTE_BYTES = 192 };

struct snug_subject {
    struct snug_root root;
    char *const *entries; /* `NAME=value` of the process; NULL: none. */
    char **environ; /* What `entries` points into, if it was read. NULL: the caller's. */
    bool has_own_entries; /* `entries` were found below the root. */
    bool has_program;     /* `executable` is open. */
    struct snug_executable executable;
    struct snug_facts facts;
    struct snug_policy policy;
    struct snug_plan plan;
    struct snug_snapshot counted; /* Of the process, all 0 if it has no page. */
    unsigned n_notes; /* Whole sentences that explain what the figures alone do not. */
    char note[SNUG_SUBJECT_NOTES_MAX][SNUG_SUBJECT_NOTE_BYTES];
};

/* Opens --root or --pid and reads the variables. -errno if there is no such directory or
 * process, -EINVAL if --pid is not a number. To be closed in any case. */
int snug_subject_open(struct snug_subject *subject, const struct snug_arguments *arguments);

/* Finds the program: `name`; without one the process's own, or the assumed one. Below a
 * root a name that is not there is looked for here. -ENOENT, -EACCES … */
int snug_subject_find_program(struct snug_subject *subject, const char *name);

/* Gathers facts, reads the policy with the command line's keys, makes the plan. */
void snug_subject_plan(struct snug_subject *subject,
                       const struct snug_arguments *arguments);

void snug_subject_close(struct snug_subject *subject);
