/* SPDX-License-Identifier: LGPL-2.1-or-later
 * It counts the CPUs of its mask once, and knows neither GOMEMLIMIT nor cgroups.
 */
#include "snug/plan/gccgo.h"

#include "snug/plan/present.h"

static void decide(const struct snug_facts *facts, struct snug_cpu_plan *cpu)
{
    if (facts->variables.gomaxprocs == SNUG_OWNER_USER) {
        cpu->gomaxprocs_reason = SNUG_REASON_USER_VALUE;
        return;
    }
    if (!cpu->count || cpu->reason == SNUG_REASON_COUNT_OFF ||
        cpu->reason == SNUG_REASON_LIMIT_UNKNOWN) {
        cpu->gomaxprocs_reason = cpu->reason;
        return;
    }
    cpu->sets_gomaxprocs = cpu->count != facts->cpu.n_allowed;
    cpu->gomaxprocs_reason =
        cpu->sets_gomaxprocs ? SNUG_REASON_NO_WINDOW : SNUG_REASON_RUNTIME_AGREES;
}

void snug_gccgo_plan(const struct snug_facts *facts, const struct snug_policy *policy,
                     uint64_t request_milli, struct snug_plan *ret)
{
    if (!facts->program.is_gccgo || policy->is_off)
        return;
    snug_plan_forgo(facts, SNUG_REASON_GCCGO, ret);
    ret->is_active = true;
    snug_present_decide(&facts->cpu, &facts->nodes, policy, request_milli, &ret->cpu);
    decide(facts, &ret->cpu);
}
