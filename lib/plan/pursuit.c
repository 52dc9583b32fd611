/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What of a running program follows its limits, its policy and what others hold.
 */
#include "snug/plan/pursuit.h"

#include "snug/facts/pacer.h"
#include "snug/facts/usage.h"
#include "snug/plan/needs.h"
#include "snug/policy/values.h"

/* Whether a thread of ours can steer the runtime of this program. */
static bool has_thread(const struct snug_program *program)
{
    return !program->is_static && program->imports_mmap;
}

/* What is in the way of following, by a thread or from outside. */
static enum snug_reason find_obstacle(const struct snug_program *program)
{
    if (!program->is_go)
        return SNUG_REASON_NOT_GO;
    if (program->is_archive)
        return SNUG_REASON_ARCHIVE;
    if (has_thread(program))
        return SNUG_REASON_NONE;
    if (program->start == SNUG_START_REFUSED)
        return SNUG_REASON_TRACE_REFUSED;
    if (program->start == SNUG_START_GAINS)
        return SNUG_REASON_TRACE_GAINS;
    if (program->start == SNUG_START_PRIVILEGED)
        return SNUG_REASON_PRIVILEGED;
    return program->is_attended ? SNUG_REASON_NONE : SNUG_REASON_FOLLOW_INIT;
}

static enum snug_reason decide_measure(const struct snug_facts *facts,
                                       const struct snug_policy *policy,
                                       enum snug_reason memory)
{
    const enum snug_reason obstacle = find_obstacle(&facts->program);
    if (!snug_values_is(&policy->setting[SNUG_MEMORY_HEADROOM], SNUG_WORD_MEASURED))
        return SNUG_REASON_MEASURE_NOT;
    if (obstacle)
        return obstacle;
    if (memory != SNUG_REASON_MEMORY_LIMIT)
        return memory;
    if (!snug_pacer_knows(facts->program.go_minor))
        return SNUG_REASON_MEASURE_LAYOUT;
    return snug_usage_is_known(facts->memory.limit.from) ? SNUG_REASON_MEASURE_ON
                                                         : SNUG_REASON_MEASURE_UNSEEN;
}

/* How often it is looked: what others hold changes sooner than a limit does. */
static uint64_t decide_interval(const struct snug_setting *interval, bool measures)
{
    enum { MEASURED_MS = 1000 };
    return measures && interval->source == SNUG_FROM_DEFAULT ? MEASURED_MS
                                                             : interval->number;
}

/* Whether the runtime's own limit is followed. */
static enum snug_reason decide_moves(enum snug_reason memory)
{
    const bool is_fixed =
        memory == SNUG_REASON_USER_VALUE || memory == SNUG_REASON_MEMORY_OFF ||
        memory == SNUG_REASON_MEMORY_GIVEN || memory == SNUG_REASON_GO_TOO_OLD ||
        memory == SNUG_REASON_PROGRAM_LIMIT || memory == SNUG_REASON_PROGRAM_MODULE;
    return is_fixed ? memory : SNUG_REASON_FOLLOW_ON;
}

void snug_pursuit_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                         struct snug_plan *plan)
{
    struct snug_follow_plan *ret = &plan->follow;
    const enum snug_reason obstacle = find_obstacle(&facts->program);
    ret->reason = obstacle ? obstacle : SNUG_REASON_FOLLOW_ON;
    if (!snug_values_is(&policy->setting[SNUG_FOLLOW], SNUG_WORD_ON))
        ret->reason = SNUG_REASON_FOLLOW_OFF;
    ret->has_limits = ret->reason == SNUG_REASON_FOLLOW_ON;
    ret->measure_reason = decide_measure(facts, policy, plan->memory.reason);
    ret->measures = ret->measure_reason == SNUG_REASON_MEASURE_ON;
    ret->is_on = ret->has_limits || ret->measures;
    ret->interval_ms =
        decide_interval(&policy->setting[SNUG_FOLLOW_INTERVAL], ret->measures);
    ret->cpu_reason = ret->reason;
    ret->memory_reason = ret->reason;
    if (!ret->is_on)
        return;

    const bool is_within = has_thread(&facts->program);
    if (is_within)
        plan->seccomp.who |= SNUG_NEEDS_FOLLOW;
    if (ret->has_limits) {
        if (!is_within)
            ret->cpu_reason = SNUG_REASON_FOLLOW_INIT;
        else if (facts->variables.gomaxprocs == SNUG_OWNER_USER)
            ret->cpu_reason = SNUG_REASON_USER_VALUE;
        else if (plan->cpu.reason == SNUG_REASON_COUNT_OFF)
            ret->cpu_reason = SNUG_REASON_COUNT_OFF;
        ret->memory_reason = decide_moves(plan->memory.reason);
    }
    ret->moves_cpus = ret->cpu_reason == SNUG_REASON_FOLLOW_ON;
    ret->moves_memory = ret->memory_reason == SNUG_REASON_FOLLOW_ON;
    if (ret->moves_memory || ret->measures ||
        ret->memory_reason == SNUG_REASON_MEMORY_GIVEN)
        ret->first_bytes =
            plan->memory.sets_go_limit ? plan->memory.go_limit_bytes : INT64_MAX;
}
