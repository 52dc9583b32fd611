/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How far the Go heap may grow: the limit that the runtime is told, the guard, and GOGC.
 */
#include "snug/plan/memory.h"
#include "snug/policy/values.h"

enum { PERCENT = 100, FIRST_WITH_GOMEMLIMIT = 19, MOST_PERCENT = 95, FIRST_PERCENT = 10 };

static const uint64_t page_bytes = 4096;
static const uint64_t span_bytes = 2u << 20;
static const uint64_t least_limit_bytes = 64u << 20;

/* Go parses GOMEMLIMIT as a signed number and dies at start if it does not fit. */
static const uint64_t most_limit_bytes = INT64_MAX;

/* In two parts, so that no product can overflow. */
static uint64_t part_of(uint64_t bytes, uint64_t percent)
{
    return bytes / PERCENT * percent + bytes % PERCENT * percent / PERCENT;
}

uint64_t snug_memory_headroom(const struct snug_policy *policy, uint64_t limit_bytes)
{
    const struct snug_setting *headroom = &policy->setting[SNUG_MEMORY_HEADROOM];
    uint64_t ret;
    if (headroom->unit == SNUG_UNIT_BYTES)
        return headroom->number;
    if (headroom->unit == SNUG_UNIT_PERCENT)
        return part_of(limit_bytes, headroom->number);
    if (headroom->unit == SNUG_UNIT_WORD) /* Until it has been measured. */
        return part_of(limit_bytes, FIRST_PERCENT);
    if (__builtin_add_overflow(part_of(limit_bytes, headroom->word), headroom->number,
                               &ret))
        ret = UINT64_MAX;
    return ret;
}

uint64_t snug_memory_share(const struct snug_policy *policy, uint64_t limit_bytes)
{
    return part_of(limit_bytes, policy->setting[SNUG_MEMORY_SHARE].number);
}

/* Whether the limit is a memory.high, which slows a program down and is the end of none. */
static bool is_soft(const struct snug_bytes *limit)
{
    const size_t n = snug_text_of(limit->from).n;
    return n && limit->from[n - 1] == 'h';
}

uint64_t snug_memory_round(uint64_t bytes)
{
    return bytes - bytes % (bytes >= least_limit_bytes ? span_bytes : page_bytes);
}

uint64_t snug_memory_limit(const struct snug_memory_facts *memory)
{
    return memory->announced_bytes ? memory->announced_bytes : memory->limit.bytes;
}

bool snug_memory_goes_by_high(const struct snug_memory_facts *memory,
                              const struct snug_policy *policy)
{
    const uint64_t hard = snug_memory_share(policy, memory->hard_bytes);
    const uint64_t kept = snug_memory_headroom(policy, hard);
    return is_soft(&memory->limit) && !memory->announced_bytes && kept < hard &&
           snug_memory_share(policy, memory->limit.bytes) + page_bytes < hard - kept;
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
    const uint64_t tightest = snug_memory_share(policy, snug_memory_limit(memory));
    if (tightest < least_limit_bytes)
        return SNUG_REASON_MEMORY_TOO_SMALL;

    if (is_soft(limit) && !memory->hard_bytes)
        return SNUG_REASON_MEMORY_HIGH_ALONE;

    const uint64_t whole = is_soft(limit) && !memory->announced_bytes
                               ? snug_memory_share(policy, memory->hard_bytes)
                               : tightest;
    const uint64_t kept = snug_memory_headroom(policy, whole);
    if (kept >= whole || whole - kept < page_bytes || whole - kept > most_limit_bytes)
        return SNUG_REASON_MEMORY_NO_ROOM;

    uint64_t bytes = whole - kept;
    if (snug_memory_goes_by_high(memory, policy)) {
        const uint64_t below = snug_memory_headroom(policy, tightest) / 2;
        if (below >= tightest || tightest - below < page_bytes)
            return SNUG_REASON_MEMORY_NO_ROOM;
        bytes = tightest - below;
    }
    *ret_bytes = snug_memory_round(bytes);
    return SNUG_REASON_MEMORY_LIMIT;
}

/* The request is what the scheduler has put aside for the container; it counts where there
 * is no limit that could kill. */
static enum snug_reason decide_request(const struct snug_policy *policy,
                                       enum snug_reason otherwise, uint64_t *ret_bytes)
{
    const struct snug_setting *setting = &policy->setting[SNUG_MEMORY_REQUEST];
    uint64_t bytes = setting->unit == SNUG_UNIT_BYTES ? setting->number : 0;
    if (snug_values_is(setting, SNUG_WORD_REQUEST_ENV))
        bytes = policy->request_bytes;
    if (!bytes || (otherwise != SNUG_REASON_MEMORY_NO_LIMIT &&
                   otherwise != SNUG_REASON_MEMORY_UNKNOWN &&
                   otherwise != SNUG_REASON_MEMORY_HIGH_ALONE))
        return otherwise;
    const uint64_t kept = snug_memory_headroom(policy, bytes);
    if (bytes < least_limit_bytes)
        return SNUG_REASON_MEMORY_REQUEST_TOO_SMALL;
    if (kept >= bytes || bytes - kept < page_bytes)
        return SNUG_REASON_MEMORY_NO_ROOM;
    *ret_bytes = snug_memory_round(bytes - kept);
    return SNUG_REASON_MEMORY_REQUEST;
}

/* Whether the program takes care of its own limit, by a library that does nothing where
 * GOMEMLIMIT is set. */
static bool has_own(const struct snug_facts *facts)
{
    const struct snug_variable_facts *variables = &facts->variables;
    return variables->has_automemlimit ||
           (facts->program.libraries & SNUG_LIBRARY_AUTOMEMLIMIT &&
            !variables->is_automemlimit_off);
}

static bool is_asked(const struct snug_policy *policy)
{
    for (int key = SNUG_MEMORY_LIMIT; key <= SNUG_MEMORY_REQUEST; key++)
        if (policy->setting[key].source != SNUG_FROM_DEFAULT)
            return true;
    return false;
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
    else if (has_own(facts) && !is_asked(policy))
        ret->reason = facts->variables.has_automemlimit ? SNUG_REASON_PROGRAM_LIMIT
                                                        : SNUG_REASON_PROGRAM_MODULE;
    else
        ret->reason =
            decide_request(policy, decide_go_limit(&facts->memory, policy, &bytes), &bytes);

    ret->sets_go_limit = ret->reason == SNUG_REASON_MEMORY_LIMIT ||
                         ret->reason == SNUG_REASON_MEMORY_GIVEN ||
                         ret->reason == SNUG_REASON_MEMORY_REQUEST;
    if (ret->sets_go_limit)
        ret->go_limit_bytes = bytes;

    if (!snug_values_is(&policy->setting[SNUG_MEMORY_PRESENT], SNUG_WORD_ON)) {
        ret->present_reason = SNUG_REASON_PRESENT_OFF;
    } else if (!is_given && limit->kind != SNUG_SET) {
        ret->present_reason = limit->kind == SNUG_NONE ? SNUG_REASON_MEMORY_NO_LIMIT
                                                       : SNUG_REASON_MEMORY_UNKNOWN;
    } else {
        ret->is_presented = true;
        ret->present_bytes = is_given ? setting->number : ret->limit_bytes;
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
    /* Of what lxcfs states no file tells the use. */
    if (limit->is_stated)
        return SNUG_REASON_CEILING_STATED;
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

/* What is to be said of the user's own GOMEMLIMIT. Its value stays. */
static enum snug_reason judge(const struct snug_facts *facts, uint64_t limit_bytes)
{
    const struct snug_variable_facts *variables = &facts->variables;
    const uint64_t bytes = variables->gomemlimit_bytes;
    if (!facts->program.is_go || variables->gomemlimit != SNUG_OWNER_USER ||
        (facts->program.go_minor && facts->program.go_minor < FIRST_WITH_GOMEMLIMIT))
        return SNUG_REASON_NONE;
    if (variables->gomemlimit_kind == SNUG_UNKNOWN)
        return SNUG_REASON_VALUE_MALFORMED;
    if (variables->gomemlimit_kind == SNUG_NONE || !limit_bytes)
        return SNUG_REASON_NONE;
    if (bytes >= limit_bytes)
        return SNUG_REASON_VALUE_AT_LIMIT;
    if (bytes > part_of(limit_bytes, MOST_PERCENT))
        return SNUG_REASON_VALUE_NEAR_LIMIT;
    return bytes < limit_bytes / 2 ? SNUG_REASON_VALUE_BELOW_HALF : SNUG_REASON_NONE;
}

void snug_memory_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                        struct snug_memory_plan *ret)
{
    if (facts->memory.limit.kind == SNUG_SET)
        ret->limit_bytes = snug_memory_share(policy, snug_memory_limit(&facts->memory));
    decide_target(facts, policy, ret);
    ret->value_reason = judge(facts, ret->limit_bytes);
    decide_gogc(facts, policy, ret);
    ret->guard_reason = decide_guard(facts, policy);
    if (ret->guard_reason == SNUG_REASON_CEILING_REFUSE)
        ret->guard_bytes = facts->memory.limit.bytes;
}
