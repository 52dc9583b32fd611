/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The Go runtime's own GOMAXPROCS. Up to Go 1.24 it is the number of CPUs seen at start.
 * From 1.25 it is min(CPUs, max(2, ceil(own cgroup's limit))), counted anew about once a
 * second with the real mask, unless the main module is older or GODEBUG says otherwise.
 */
#include "snug/plan/runtime.h"

enum { FIRST_CONTAINER_AWARE = 25, LEAST_BY_LIMIT = 2 };

static enum snug_answer either(enum snug_answer by_variable, enum snug_answer by_program)
{
    return by_variable != SNUG_MAYBE ? by_variable : by_program;
}

/* What the runtime makes of the own cgroup's limit, SNUG_CPUS_MAX for no limit; 0 if it
 * cannot be told. */
static uint64_t count_of_own_limit(const struct snug_facts *facts)
{
    const struct snug_quota *own = &facts->cpu.own;
    const bool finds_its_cgroup =
        !facts->cpu.misleads_go &&
        (facts->program.go_minor > FIRST_CONTAINER_AWARE || facts->cpu.is_mounted_whole);
    if (own->kind == SNUG_NONE)
        return SNUG_CPUS_MAX;
    if (own->kind == SNUG_UNKNOWN || !finds_its_cgroup)
        return 0;
    const uint64_t n =
        own->quota_usec / own->period_usec + (own->quota_usec % own->period_usec > 0);
    return n < LEAST_BY_LIMIT ? LEAST_BY_LIMIT : n;
}

/* Whether the runtime reads the CPU limit, and whether it goes on looking. */
static void find_habits(const struct snug_facts *facts, enum snug_answer *ret_container,
                        enum snug_answer *ret_updates)
{
    *ret_container = SNUG_NO;
    *ret_updates = SNUG_NO;
    if (facts->program.go_minor && facts->program.go_minor < FIRST_CONTAINER_AWARE)
        return;
    *ret_container =
        either(facts->variables.container_maxprocs, facts->program.follows_container);
    *ret_updates = either(facts->variables.update_maxprocs, facts->program.follows_updates);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool settles(bool reads_limit, bool updates, uint64_t by_limit, unsigned n_seen,
                    unsigned n_left, unsigned count)
{
    const uint64_t most = reads_limit ? by_limit : (uint64_t)SNUG_CPUS_MAX;
    return least(n_seen, most) == count && (!updates || least(n_left, most) == count);
}

/* A release that hides itself does both or neither, but for what a variable says; the count
 * must come out whichever it is. */
bool snug_runtime_settles_at(const struct snug_facts *facts, unsigned n_seen,
                             unsigned n_left, unsigned count)
{
    enum snug_answer container;
    enum snug_answer updates;
    find_habits(facts, &container, &updates);
    const uint64_t by_limit = count_of_own_limit(facts);
    const bool if_old = settles(container == SNUG_YES, updates == SNUG_YES, by_limit,
                                n_seen, n_left, count);
    const bool if_new =
        settles(container != SNUG_NO, updates != SNUG_NO, by_limit, n_seen, n_left, count);
    return if_old && if_new;
}

unsigned snug_runtime_moves_to(const struct snug_facts *facts)
{
    enum snug_answer container;
    enum snug_answer updates;
    find_habits(facts, &container, &updates);
    if (container == SNUG_MAYBE || updates != SNUG_YES)
        return 0;
    const uint64_t by_limit =
        container == SNUG_YES ? count_of_own_limit(facts) : (uint64_t)SNUG_CPUS_MAX;
    return (unsigned)least(facts->cpu.n_allowed, by_limit);
}
