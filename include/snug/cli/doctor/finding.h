/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a check has come to: how grave it is, what was seen, what follows from it, and what
 * mends it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* From harmless to grave, but for what could not be looked at. */
enum snug_grade {
    SNUG_GRADE_SKIPPED,
    SNUG_GRADE_OK,
    SNUG_GRADE_NOTE,
    SNUG_GRADE_WARNING,
    SNUG_GRADE_ERROR,
    SNUG_N_GRADES
};

/* Where a mend is to be written; its text stands there as it is. */
enum snug_place {
    SNUG_PLACE_NOWHERE, /* There is no mend. */
    SNUG_PLACE_SHELL,
    SNUG_PLACE_CONTAINER,   /* A shell where the process runs: files are named as it sees
                               them. */
    SNUG_PLACE_POLICY,      /* Lines of the policy file. */
    SNUG_PLACE_ENVIRONMENT, /* NAME=VALUE, of the program. */
    SNUG_PLACE_POD,         /* Of the container, in a pod's specification. */
    SNUG_PLACE_PROFILE,     /* An entry of `syscalls` in a seccomp profile. */
};

enum { SNUG_FINDING_BYTES = 768 };

struct snug_finding {
    enum snug_grade grade;
    char seen[SNUG_FINDING_BYTES];
    char follows[SNUG_FINDING_BYTES]; /* "" if the grade is below a warning, mostly. */
    enum snug_place place;
    char mend[SNUG_FINDING_BYTES];
};

/* Sets the grade and what was seen; without a full stop. */
void snug_finding_see(struct snug_finding *finding, enum snug_grade grade,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What follows from it; one sentence or two. */
void snug_finding_follow(struct snug_finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A path as a mend for the shell names it: `otherwise` where it is not known, or not
 * plainly one word. Whoever made the container chose it, and somebody else copies it. */
const char *snug_finding_word(const char *word, const char *otherwise);

void snug_finding_mend(struct snug_finding *finding, enum snug_place place,
                       const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Words for people and for JSON. */
const char *snug_finding_grade(enum snug_grade grade);
const char *snug_finding_place(enum snug_place place);
