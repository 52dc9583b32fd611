/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which keys a running program can follow. All else was done once, at its start: a variable
 * in the start vector, advice for memory that is there, a hook that was armed.
 */
#include "snug/plan/revision.h"

#include "snug/policy/values.h"

_Static_assert(SNUG_N_KEYS <= 64, "a set of keys is one word");

static uint64_t bit(enum snug_key key)
{
    return (uint64_t)1 << key;
}

static uint64_t bits(enum snug_key first, enum snug_key last)
{
    return 2 * bit(last) - bit(first);
}

/* Whether the memory target can be moved, or is one that no key moves: the user's own, or
 * none that this release of Go knows. A program that takes care of its memory by itself
 * could be told by the start alone. */
static bool moves_memory(const struct snug_plan *plan,
                         const struct snug_revision_reach *reach)
{
    return plan->follow.first_bytes ? reach->has_word
                                    : plan->memory.reason != SNUG_REASON_PROGRAM_LIMIT &&
                                          plan->memory.reason != SNUG_REASON_PROGRAM_MODULE;
}

uint64_t snug_revision_keys(const struct snug_plan *plan,
                            const struct snug_revision_reach *reach)
{
    uint64_t ret = bit(SNUG_FOLLOW_INTERVAL) | bit(SNUG_FOLLOW_ANNOUNCE) | bit(SNUG_LOG);
    if (moves_memory(plan, reach))
        ret |= bits(SNUG_MEMORY_LIMIT, SNUG_MEMORY_REQUEST);
    /* From outside, C code is shown nothing and no CPUs are followed. */
    if (!plan->follow.has_limits || plan->follow.cpu_reason == SNUG_REASON_FOLLOW_INIT)
        return ret;
    ret |= bit(SNUG_CPU_PRESENT) | bit(SNUG_MEMORY_PRESENT);
    if (reach->has_door || !plan->follow.moves_cpus)
        ret |= bits(SNUG_CPU_COUNT, SNUG_CPU_BURST);
    return ret;
}

/* The default interval is shorter where it is measured, so one that is written is another.
 */
static bool is_same(enum snug_key key, const struct snug_setting *a,
                    const struct snug_setting *b)
{
    if (key == SNUG_FOLLOW_INTERVAL &&
        (a->source == SNUG_FROM_DEFAULT) != (b->source == SNUG_FROM_DEFAULT))
        return false;
    return a->unit == b->unit && a->word == b->word && a->number == b->number &&
           snug_text_equals(snug_text_of(a->text), b->text);
}

/* What snug left alone at the start has nothing to be moved by, and what it has set cannot
 * be as if it had not. */
static bool is_switch(enum snug_key key, const struct snug_setting *a,
                      const struct snug_setting *b)
{
    return (key == SNUG_CPU_COUNT || key == SNUG_MEMORY_LIMIT) &&
           (snug_values_is(a, SNUG_WORD_AUTO_OFF) || snug_values_is(b, SNUG_WORD_AUTO_OFF));
}

/* A program that takes care of its memory by itself gets a target because the user asked
 * for one. It has that now, and does nothing itself, whatever the file says later. */
static bool stays_asked(enum snug_key key, const struct snug_setting *now)
{
    return key >= SNUG_MEMORY_LIMIT && key <= SNUG_MEMORY_REQUEST &&
           now->source != SNUG_FROM_DEFAULT;
}

void snug_revision_take(const struct snug_policy *next, uint64_t keys,
                        struct snug_policy *policy, struct snug_revision *ret)
{
    *ret = (struct snug_revision){0};
    for (unsigned i = 0; i < SNUG_N_KEYS; i++) {
        const enum snug_key key = (enum snug_key)i;
        const struct snug_setting *new = &next->setting[key];
        struct snug_setting *now = &policy->setting[key];
        ret->has_locks |= new->is_locked != now->is_locked;
        if (now->source == SNUG_FROM_ENVIRONMENT || now->source == SNUG_FROM_COMMAND ||
            is_same(key, new, now))
            continue;
        if (!(keys & bit(key)) || is_switch(key, new, now)) {
            ret->waits |= bit(key);
            continue;
        }
        const bool is_locked = now->is_locked;
        const bool is_asked = stays_asked(key, now);
        ret->moved |= bit(key);
        *now = *new;
        now->is_locked = is_locked;
        if (is_asked)
            now->source = SNUG_FROM_FILE;
    }
}
