/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much is kept, and what is aligned. Pages that are kept resident are lost to the rest
 * of the program, so they are a part of a part of the memory limit.
 */
#include "snug/plan/anonymous.h"
#include "snug/policy/values.h"

enum { PERCENT = 100, KEPT_PERCENT = 3, RESIDENT_PART = 4 };

static const uint64_t page_bytes = 4096;

/* Whether the program's mappings can be seen at all; SNUG_REASON_NONE if so. */
static enum snug_reason find_obstacle(const struct snug_program *program)
{
    if (program->is_static)
        return SNUG_REASON_STATIC;
    return program->is_go && !program->imports_mmap ? SNUG_REASON_MAPS_RAW
                                                    : SNUG_REASON_NONE;
}

/* The tightest of what the kernel enforces and what the policy says; UINT64_MAX for none.
 */
static uint64_t find_limit(const struct snug_facts *facts, const struct snug_policy *policy)
{
    const struct snug_setting *given = &policy->setting[SNUG_MEMORY_LIMIT];
    const struct snug_bytes *limit = &facts->memory.limit;
    uint64_t ret = limit->kind == SNUG_SET ? limit->bytes : UINT64_MAX;
    if (given->unit == SNUG_UNIT_BYTES && given->number < ret)
        ret = given->number;
    return ret;
}

static enum snug_reason decide_cache(const struct snug_facts *facts,
                                     const struct snug_policy *policy, uint64_t *ret_bytes)
{
    const struct snug_setting *setting = &policy->setting[SNUG_SPAN_CACHE];
    if (setting->unit != SNUG_UNIT_BYTES)
        return SNUG_REASON_CACHE_OFF;
    const enum snug_reason obstacle = find_obstacle(&facts->program);
    if (obstacle)
        return obstacle;
    if (facts->privileges.may_recycle != SNUG_YES)
        return SNUG_REASON_CACHE_SECCOMP;

    const uint64_t share = find_limit(facts, policy) / PERCENT * KEPT_PERCENT;
    const uint64_t bytes = setting->number < share ? setting->number : share;
    if (bytes < page_bytes)
        return SNUG_REASON_MEMORY_NO_ROOM;
    *ret_bytes = bytes - bytes % page_bytes;
    return bytes == setting->number ? SNUG_REASON_CACHE_GIVEN : SNUG_REASON_CACHE_SHARE;
}

static enum snug_reason decide_align(const struct snug_program *program,
                                     const struct snug_setting *setting,
                                     uint64_t *ret_bytes)
{
    if (setting->unit != SNUG_UNIT_BYTES)
        return SNUG_REASON_ALIGN_OFF;
    const enum snug_reason obstacle = find_obstacle(program);
    if (obstacle)
        return obstacle;

    /* The highest bit; the least that the key takes has one. */
    *ret_bytes = 1ull << (63 - __builtin_clzll(setting->number));
    return *ret_bytes == setting->number ? SNUG_REASON_ALIGN_GIVEN
                                         : SNUG_REASON_ALIGN_ROUNDED;
}

void snug_anonymous_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                           struct snug_range_plan *ret)
{
    *ret = (struct snug_range_plan){0};
    ret->cache_reason = decide_cache(facts, policy, &ret->cache_bytes);
    ret->resident_bytes = ret->cache_bytes / RESIDENT_PART;
    ret->align_reason =
        decide_align(&facts->program, &policy->setting[SNUG_SPAN_ALIGN], &ret->align_bytes);
}
