/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By status of each, in the process's own /proc, where the numbers are its own.
 */
#include "snug/cli/subject/lineage.h"

#include <signal.h>
#include <string.h>

static const uint64_t term = (uint64_t)1 << (SIGTERM - 1);

bool snug_lineage_takes_term(const struct snug_condition *condition)
{
    return (condition->caught | condition->blocked) & term || condition->awaits_signals;
}

/* A /proc of another namespace would have another process by that number. */
static bool is_same(const struct snug_condition *one, const struct snug_condition *other)
{
    return one->is_known && one->pid == other->pid && one->caught == other->caught &&
           strcmp(one->name, other->name) == 0;
}

void snug_lineage_read(const struct snug_root *root, const struct snug_condition *condition,
                       struct snug_lineage *ret)
{
    struct snug_condition at;
    *ret = (struct snug_lineage){0};
    if (!condition->is_known || !condition->pid)
        return;
    ret->is_whole = condition->pid == 1;
    snug_condition_read_other(root, condition->pid, &at);
    if (ret->is_whole || !is_same(&at, condition))
        return;
    while (at.parent && ret->n < SNUG_LINEAGE_MAX) {
        struct snug_ancestor *const next = &ret->ancestor[ret->n];
        const uint64_t pid = at.parent;
        snug_condition_read_other(root, pid, &at);
        if (!at.is_known || !at.has_signals)
            return;
        next->pid = pid;
        memcpy(next->name, at.name, sizeof next->name);
        next->takes_term = snug_lineage_takes_term(&at);
        next->ignores_term = at.ignored & term;
        ret->n++;
        ret->is_whole = pid == 1;
        if (ret->is_whole)
            return;
    }
}
