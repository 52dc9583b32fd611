/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the seccomp filter of this command refuses of the calls that a program needs, and
 * whether memory may be placed: by making the calls in a child. The answers hold for the
 * subject too, if it is under the same filter.
 */
#pragma once

#include "snug/cli/subject/subject.h"

enum snug_trials_state {
    SNUG_TRIALS_NOT_HERE, /* It is a captured machine, which has no answers. */
    SNUG_TRIALS_NO_FILTER,
    SNUG_TRIALS_OTHER,  /* The process is, or may be, under another filter than this one. */
    SNUG_TRIALS_FAILED, /* No child can be made. */
    SNUG_TRIALS_MADE,
    SNUG_TRIALS_N_STATES
};

enum { SNUG_TRIALS_REFUSED_MAX = 32 };

struct snug_refused {
    unsigned number;  /* Of the call. */
    unsigned error;   /* The filter's errno; 0: it kills. */
    bool is_harmless; /* The callers take it without harm. */
};

struct snug_trials {
    enum snug_trials_state state;
    unsigned n_tried; /* Calls, each number once. */
    bool is_cut; /* Others were not tried: too many killed the child; or are not told. */
    unsigned n;
    struct snug_refused refused[SNUG_TRIALS_REFUSED_MAX];

    bool has_place;        /* mbind was tried, with the process's own rights. */
    unsigned place_error;  /* Its errno, ECHILD if it kills; 0: it is allowed. */
    uint64_t n_not_placed; /* How often snug in the process was refused. */
};

/* Whether a kernel of that release has not the call: then ENOSYS is its own answer. Without
 * `has_nodes` it was built without NUMA. */
bool snug_trials_may_lack(const char *release, bool has_nodes, unsigned number);

/* The plan is made, and the subject is no captured machine. Cannot fail. */
void snug_trials_make(const struct snug_subject *subject, struct snug_trials *ret);
