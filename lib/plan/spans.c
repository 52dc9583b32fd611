/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is asked for each time the heap grows. Huge pages count against the memory limit as
 * soon as one byte of them is used, so their budget is what the heap may have at all.
 */
#include "snug/plan/spans.h"
#include "snug/policy/values.h"

enum { FIRST_THAT_NAMES = 25 };

static bool sees_heap(const struct snug_program *program)
{
    return program->is_go && !program->is_static && program->imports_mmap;
}

static enum snug_reason decide_huge(const struct snug_facts *facts,
                                    const struct snug_policy *policy, uint64_t left_bytes,
                                    struct snug_span_plan *ret)
{
    const struct snug_bytes *limit = &facts->memory.limit;
    const unsigned word = policy->setting[SNUG_SPAN_HUGE].word;
    if (word == SNUG_WORD_HUGE_KEEP)
        return SNUG_REASON_HUGE_KEEP;
    if (word == SNUG_WORD_NEVER) {
        ret->forbids_huge = true;
        return SNUG_REASON_HUGE_NEVER;
    }
    if (!sees_heap(&facts->program))
        return SNUG_REASON_HEAP_UNSEEN;
    ret->huge_budget_bytes = UINT64_MAX;
    if (word == SNUG_WORD_ALWAYS)
        return SNUG_REASON_HUGE_ALWAYS;
    ret->only_advised = policy->setting[SNUG_PRCTL_THP].word == SNUG_WORD_THP_OWN;
    if (limit->kind == SNUG_NONE)
        return SNUG_REASON_HUGE_NO_LIMIT;
    ret->huge_budget_bytes = 0;
    if (limit->kind == SNUG_UNKNOWN)
        return SNUG_REASON_MEMORY_UNKNOWN;
    ret->huge_budget_bytes = left_bytes;
    return left_bytes ? SNUG_REASON_HUGE_AUTO : SNUG_REASON_MEMORY_NO_ROOM;
}

static enum snug_reason decide_names(const struct snug_program *program, bool is_wanted)
{
    if (!is_wanted)
        return SNUG_REASON_NAME_OFF;
    if (!sees_heap(program))
        return SNUG_REASON_HEAP_UNSEEN;
    return program->go_minor >= FIRST_THAT_NAMES ? SNUG_REASON_NAME_RUNTIME
                                                 : SNUG_REASON_NAME_ON;
}

void snug_spans_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                       uint64_t left_bytes, struct snug_span_plan *ret)
{
    ret->huge_reason = decide_huge(facts, policy, left_bytes, ret);
    ret->name_reason = decide_names(&facts->program,
                                    policy->setting[SNUG_SPAN_NAME].word != SNUG_WORD_OFF);
    ret->names = ret->name_reason == SNUG_REASON_NAME_ON;
}
