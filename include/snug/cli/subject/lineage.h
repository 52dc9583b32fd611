/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The processes above a process, up to PID 1 of its PID namespace: who gets a signal that
 * is meant for it, and who gets its orphans.
 */
#pragma once

#include "snug/cli/subject/condition.h"

enum { SNUG_LINEAGE_MAX = 16 };

struct snug_ancestor {
    uint64_t pid; /* As the process has it. */
    char name[64];
    bool takes_term;   /* SIGTERM neither does nothing nor ends it. */
    bool ignores_term; /* By its own will. */
};

struct snug_lineage {
    bool is_whole; /* Up to PID 1, which is the last; else nothing is known above the last.
                    */
    unsigned n;    /* The parent is the first. 0 for PID 1 itself. */
    struct snug_ancestor ancestor[SNUG_LINEAGE_MAX];
};

/* Of the root's process, whose condition is known. Cannot fail. */
void snug_lineage_read(const struct snug_root *root, const struct snug_condition *condition,
                       struct snug_lineage *ret);

/* Whether SIGTERM reaches a handler, or a process that waits for it. */
bool snug_lineage_takes_term(const struct snug_condition *condition);
