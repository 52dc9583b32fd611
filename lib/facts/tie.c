/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A process cannot ask the kernel who its parent was when it was forked. It can compare:
 * the id, the start time and the group of its parent with those that were written down.
 */
#include "snug/base/entries.h"
#include "snug/facts/tie.h"

enum {
    SIGNAL_MAX = 64,
    PID_MAX = 1 << 22,
    STATE_FIELD = 3,
    GROUP_FIELD = 5,
    START_FIELD = 22
};

static const char prefix[] = "pdeathsig=";

static bool read_number(struct snug_text *rest, uint64_t least, uint64_t most,
                        uint64_t *ret)
{
    struct snug_text field;
    return snug_text_cut(rest, ':', &field) && snug_text_u64(field, ret) == 0 &&
           *ret >= least && *ret <= most;
}

/* `pdeathsig=15:4711:123456:4026531836:4700`. */
static struct snug_tie parse(struct snug_text word)
{
    const size_t n = sizeof prefix - 1;
    struct snug_text rest = {word.at + n, word.n - n};
    uint64_t signal;
    uint64_t pid;
    uint64_t ticks;
    uint64_t namespace;
    uint64_t group;
    if (!read_number(&rest, 1, SIGNAL_MAX, &signal) ||
        !read_number(&rest, 1, PID_MAX, &pid) ||
        !read_number(&rest, 0, UINT64_MAX, &ticks) ||
        !read_number(&rest, 0, UINT64_MAX, &namespace) ||
        !read_number(&rest, 0, PID_MAX, &group) || rest.at)
        return (struct snug_tie){0};
    return (struct snug_tie){(unsigned)signal, (int)pid, ticks, namespace, group};
}

struct snug_tie snug_tie_read(char *const *entries)
{
    struct snug_text record = snug_entries_value(entries, "SNUG_SET");
    struct snug_text word;
    while (snug_text_cut_word(&record, &word))
        if (snug_text_starts(word, prefix))
            return parse(word);
    return (struct snug_tie){0};
}

void snug_tie_put(struct snug_builder *out, const struct snug_tie *tie)
{
    snug_text_put(out, prefix);
    snug_text_put_u64(out, tie->signal);
    snug_text_put(out, ":");
    snug_text_put_u64(out, (uint64_t)tie->pid);
    snug_text_put(out, ":");
    snug_text_put_u64(out, tie->start_ticks);
    snug_text_put(out, ":");
    snug_text_put_u64(out, tie->namespace);
    snug_text_put(out, ":");
    snug_text_put_u64(out, tie->group);
}

void snug_tie_replace(struct snug_builder *out, struct snug_text record,
                      const struct snug_tie *tie)
{
    struct snug_text word;
    while (snug_text_cut_word(&record, &word)) {
        if (snug_text_starts(word, prefix))
            continue;
        snug_text_put_slice(out, word);
        snug_text_put(out, " ");
    }
    snug_tie_put(out, tie);
}

/* `4711 (a name) with (any) text) S 1 …`: fields are counted from the last bracket. */
void snug_tie_take_stat(struct snug_tie *tie, struct snug_text stat, int pid)
{
    tie->start_ticks = 0;
    tie->group = 0;

    size_t at = stat.n;
    while (at > 0 && stat.at[at - 1] != ')')
        at--;

    struct snug_text rest = {stat.at + at, stat.n - at};
    struct snug_text word = {0};
    uint64_t number;
    uint64_t group = 0;
    if (!at || !snug_text_cut_word(&stat, &word) || snug_text_u64(word, &number) < 0 ||
        number != (uint64_t)pid)
        return;
    for (int field = STATE_FIELD; field <= START_FIELD; field++)
        if (!snug_text_cut_word(&rest, &word) || snug_text_equals(word, "Z") ||
            (field == GROUP_FIELD && snug_text_u64(word, &group) < 0))
            return;
    if (snug_text_u64(word, &number) < 0)
        return;
    tie->start_ticks = number;
    tie->group = group;
}

/* The clock ticks a hundred times a second; within one tick the smaller id is the older. */
static bool is_elder(const struct snug_tie *tie, const struct snug_tie_view *view)
{
    return view->parent_ticks < tie->start_ticks ||
           (view->parent_ticks == tie->start_ticks && view->parent < tie->pid);
}

/* Whoever forked this process is not its parent any more; see the contract. */
static bool has_lost_parent(const struct snug_tie *tie, const struct snug_tie_view *view)
{
    return tie->group && view->group == tie->group && view->parent_group != tie->group;
}

enum snug_kin snug_tie_kin(const struct snug_tie *tie, const struct snug_tie_view *view)
{
    if (!tie->namespace || tie->namespace != view->namespace)
        return SNUG_KIN_FAR;
    if (tie->pid == view->pid)
        return SNUG_KIN_SELF;
    const bool is_known = tie->start_ticks && view->parent_ticks;
    if (tie->pid == view->parent)
        return is_known && tie->start_ticks != view->parent_ticks ? SNUG_KIN_FAR
                                                                  : SNUG_KIN_CHILD;

    const bool is_gone = view->named_ticks != tie->start_ticks;
    return is_known && is_gone && is_elder(tie, view) && has_lost_parent(tie, view)
               ? SNUG_KIN_ORPHAN
               : SNUG_KIN_FAR;
}
