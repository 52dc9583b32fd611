/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is aligned, and at what.
 */
#include "snug/plan/anonymous.h"
#include "snug/policy/values.h"

/* Whether the program's mappings can be seen at all; SNUG_REASON_NONE if so. */
static enum snug_reason find_obstacle(const struct snug_program *program)
{
    if (program->is_static)
        return SNUG_REASON_STATIC;
    return program->is_go && !program->imports_mmap ? SNUG_REASON_MAPS_RAW
                                                    : SNUG_REASON_NONE;
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
    ret->align_reason =
        decide_align(&facts->program, &policy->setting[SNUG_SPAN_ALIGN], &ret->align_bytes);
}
