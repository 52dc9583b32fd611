/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How far the Go heap may grow: the limit that the runtime is told, the guard, and GOGC.
 */
#include "snug/plan/memory.h"
#include "snug/policy/values.h"

enum { PERCENT = 100, FIRST_WITH_GOMEMLIMIT = 19 };

static const uint64_t page_bytes = 4096;
static const uint64_t span_bytes = 2u << 20;
static const uint64_t least_limit_bytes = 64u << 20;

/* Go parses GOMEMLIMIT as a signed number and dies at start if it does not fit. */
static const uint64_t most_limit_bytes = INT64_MAX;

uint64_t snug_memory_headroom(const struct snug_policy *policy, uint64_t limit_bytes)
{
    const struct snug_setting *headroom = &policy->setting[SNUG_MEMORY_HEADROOM];
    if (headroom->unit == SNUG_UNIT_BYTES)
        return headroom->number;
    /* In two parts, so that no product can overflow. */
    return limit_bytes / PERCENT * headroom->number +
           limit_bytes % PERCENT * headroom->number / PERCENT;
}

/* Whether the limit is a memory.high, which slows a program down and is the end of none. */
static bool is_soft(const struct snug_bytes *limit)
{
    const size_t n = snug_text_of(limit->from).n;
    return n && limit->from[n - 1] == 'h';
}

/* The limit for Go, from the kernel's limits. Sets `ret_bytes` only if the reason is
 * SNUG_REASON_MEMORY_LIMIT. Headroom is kept below the limit that kills. The kubelet puts
 * memory.high above that, and the two must not add up; below a lower one half of the
 * headroom is kept, since passing it slows down and does not kill. Alone it is mostly a
 * part of the whole machine (the kubelet's memoryThrottlingFactor), and no wish for this
 * program. */
static enum snug_reason decide_go_limit(const struct snug_memory_facts *memory,
                                        const struct snug_policy *policy,
                                        uint64_t *ret_bytes)
{
    const struct snug_bytes *limit = &memory->limit;
    if (limit->kind == SNUG_UNKNOWN)
        return SNUG_REASON_MEMORY_UNKNOWN;
    if (limit->kind == SNUG_NONE)
        return SNUG_REASON_MEMORY_NO_LIMIT;
    if (limit->bytes < least_limit_bytes)
        return SNUG_REASON_MEMORY_TOO_SMALL;

    if (is_soft(limit) && !memory->hard_bytes)
        return SNUG_REASON_MEMORY_HIGH_ALONE;

    const uint64_t whole = is_soft(limit) ? memory->hard_bytes : limit->bytes;
    const uint64_t kept = snug_memory_headroom(policy, whole);
    if (kept >= whole || whole - kept < page_bytes || whole - kept > most_limit_bytes)
        return SNUG_REASON_MEMORY_NO_ROOM;

    uint64_t bytes = whole - kept;
    if (limit->bytes + page_bytes < bytes) {
        const uint64_t below = snug_memory_headroom(policy, limit->bytes) / 2;
        if (below >= limit->bytes || limit->bytes - below < page_bytes)
            return SNUG_REASON_MEMORY_NO_ROOM;
        bytes = limit->bytes - below;
    }
    *ret_bytes = bytes - bytes % (bytes >= least_limit_bytes ? span_bytes : page_bytes);
    return SNUG_REASON_MEMORY_LIMIT;
}

static void decide_target(const struct snug_facts *facts, const struct snug_policy *policy,
                          struct snug_memory_plan *ret)
{
    const struct snug_setting *setting = &policy->setting[SNUG_MEMORY_LIMIT];
    const struct snug_bytes *limit = &facts->memory.limit;
    const bool is_given = setting->unit == SNUG_UNIT_BYTES;

    uint64_t bytes = setting->number;
    if (!facts->program.is_go)
        ret->reason = SNUG_REASON_NOT_GO;
    else if (facts->variables.gomemlimit == SNUG_OWNER_USER)
        ret->reason = SNUG_REASON_USER_VALUE;
    else if (snug_values_is(setting, SNUG_WORD_AUTO_OFF))
        ret->reason = SNUG_REASON_MEMORY_OFF;
    else if (facts->program.go_minor && facts->program.go_minor < FIRST_WITH_GOMEMLIMIT)
        ret->reason = SNUG_REASON_GO_TOO_OLD;
    else if (is_given)
        ret->reason = bytes > most_limit_bytes ? SNUG_REASON_MEMORY_NO_ROOM
                                               : SNUG_REASON_MEMORY_GIVEN;
    else if (facts->variables.has_automemlimit)
        ret->reason = SNUG_REASON_PROGRAM_LIMIT;
    else
        ret->reason = decide_go_limit(&facts->memory, policy, &bytes);

    ret->sets_go_limit =
        ret->reason == SNUG_REASON_MEMORY_LIMIT || ret->reason == SNUG_REASON_MEMORY_GIVEN;
    if (ret->sets_go_limit)
        ret->go_limit_bytes = bytes;

    if (!snug_values_is(&policy->setting[SNUG_MEMORY_PRESENT], SNUG_WORD_ON)) {
        ret->present_reason = SNUG_REASON_PRESENT_OFF;
    } else if (!is_given && limit->kind != SNUG_SET) {
        ret->present_reason = limit->kind == SNUG_NONE ? SNUG_REASON_MEMORY_NO_LIMIT
                                                       : SNUG_REASON_MEMORY_UNKNOWN;
    } else {
        ret->is_presented = true;
        ret->present_bytes = is_given ? setting->number : limit->bytes;
        ret->present_reason = SNUG_REASON_PRESENT_ON;
    }
}

/* The guard of the heap. */
static enum snug_reason decide_guard(const struct snug_facts *facts,
                                     const struct snug_policy *policy)
{
    const struct snug_program *program = &facts->program;
    const struct snug_bytes *limit = &facts->memory.limit;
    if (!snug_values_is(&policy->setting[SNUG_SPAN_GUARD], SNUG_WORD_ON))
        return SNUG_REASON_CEILING_OFF;
    if (!program->is_go || program->is_static || !program->imports_mmap)
        return SNUG_REASON_HEAP_UNSEEN;
    if (limit->kind != SNUG_SET)
        return limit->kind == SNUG_NONE ? SNUG_REASON_MEMORY_NO_LIMIT
                                        : SNUG_REASON_MEMORY_UNKNOWN;
    return is_soft(limit) ? SNUG_REASON_CEILING_SOFT : SNUG_REASON_CEILING_REFUSE;
}

static void decide_gogc(const struct snug_facts *facts, const struct snug_policy *policy,
                        struct snug_memory_plan *ret)
{
    if (!facts->program.is_go)
        ret->gogc_reason = SNUG_REASON_NOT_GO;
    else if (facts->variables.gogc == SNUG_OWNER_USER)
        ret->gogc_reason = SNUG_REASON_USER_VALUE;
    else if (snug_values_is(&policy->setting[SNUG_MEMORY_GOGC], SNUG_WORD_KEEP))
        ret->gogc_reason = SNUG_REASON_GOGC_KEEP;
    else
        ret->gogc_reason = SNUG_REASON_GOGC_SET;
    ret->sets_gogc = ret->gogc_reason == SNUG_REASON_GOGC_SET;
}

void snug_memory_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                        struct snug_memory_plan *ret)
{
    decide_target(facts, policy, ret);
    decide_gogc(facts, policy, ret);
    ret->guard_reason = decide_guard(facts, policy);
    if (ret->guard_reason == SNUG_REASON_CEILING_REFUSE)
        ret->guard_bytes = facts->memory.limit.bytes;
}
