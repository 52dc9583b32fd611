/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The process that a command is about: this one, another one, or one of a captured machine;
 * and with it the facts, the policy and the plan that the object in that process would come
 * to.
 */
#pragma once

#include "snug/cli/command/arguments.h"
#include "snug/cli/subject/executable.h"
#include "snug/cli/subject/object.h"
#include "snug/cli/subject/snapshot.h"
#include "snug/cli/subject/tracing.h"
#include "snug/plan/plan.h"

enum { SNUG_SUBJECT_NOTES_MAX = 10, SNUG_SUBJECT_NOTE_BYTES = 192 };

struct snug_subject {
    struct snug_root root;
    struct snug_owners owners; /* Whose files a process of --pid trusts. */
    char *const *entries;      /* `NAME=value` of the process; NULL: none. */
    char *environ; /* What `entries` points into, if it was read. NULL: the caller's. */
    bool has_own_entries;     /* `entries` were found below the root. */
    bool has_program;         /* `executable` is open. */
    bool is_captured_process; /* The tree holds a process, and not only a machine. */
    struct snug_executable executable;
    enum snug_form form;
    struct snug_facts facts;
    struct snug_policy policy;
    uint64_t request_milli;
    struct snug_plan plan;
    struct snug_snapshot counted; /* Of the process, all 0 if it has no page. */
    struct snug_object object;    /* Of the process. */
    struct snug_tracing tracing;  /* Of the process. */
    unsigned n_notes; /* Whole sentences that explain what the figures alone do not. */
    char note[SNUG_SUBJECT_NOTES_MAX][SNUG_SUBJECT_NOTE_BYTES];
};

/* Opens --root or --pid and reads the variables. -errno if there is no such directory or
 * process, -EINVAL if --pid is not a number. To be closed in any case. */
int snug_subject_open(struct snug_subject *subject, const struct snug_arguments *arguments);

/* The same for a process, or for this system if none is named, through a root of the
 * caller's making: `make` gets the process's number, or 0. */
int snug_subject_open_recorded(struct snug_subject *subject,
                               const struct snug_arguments *arguments,
                               struct snug_root (*make)(int pid));

/* Finds the program that a command line starts: `command[0]`, or what that leads to;
 * without one the process's own, or the assumed one. Below a root a name that is not there
 * is looked for here. A packed one is supposed to be a static Go program of an unknown
 * release. -ENOENT, -EACCES … */
int snug_subject_find_program(struct snug_subject *subject, char *const *command);

/* Both, for what the arguments name; what fails is said. Returns 0, or the exit status that
 * it is to end with. */
int snug_subject_enter(struct snug_subject *subject,
                       const struct snug_arguments *arguments);

/* Looks for a trace that a live process writes, at each file that it has open: for who
 * tells why it is throttled. What was captured says so itself. Once the program is found.
 */
void snug_subject_see_tracing(struct snug_subject *subject);

/* Gathers facts, reads the policy with the command line's keys, makes the plan. */
void snug_subject_plan(struct snug_subject *subject,
                       const struct snug_arguments *arguments);

/* Makes the plan again, after a fact has changed. */
void snug_subject_plan_again(struct snug_subject *subject);

/* Adds a note, unless there are too many. */
__attribute__((format(printf, 2, 3))) void snug_subject_note(struct snug_subject *subject,
                                                             const char *format, ...);

void snug_subject_close(struct snug_subject *subject);
