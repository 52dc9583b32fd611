/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From facts and policy to what will be done. Pure: no kernel, no time, no environment.
 */
#include "snug/base/log.h"
#include "snug/plan/anonymous.h"
#include "snug/plan/gccgo.h"
#include "snug/plan/memory.h"
#include "snug/plan/needs.h"
#include "snug/plan/placement.h"
#include "snug/plan/plan.h"
#include "snug/plan/present.h"
#include "snug/plan/pursuit.h"
#include "snug/plan/runtime.h"
#include "snug/plan/spans.h"
#include "snug/policy/problems.h"
#include "snug/policy/values.h"

static enum snug_reason decide_activity(const struct snug_program *program,
                                        const struct snug_policy *policy,
                                        bool *ret_is_active)
{
    *ret_is_active = false;
    if (policy->is_off)
        return SNUG_REASON_OFF_SWITCH;

    const bool is_all = snug_values_is(&policy->setting[SNUG_SCOPE], SNUG_WORD_ALL);
    if (program->is_known ? !program->is_go && !is_all : !is_all)
        return program->is_known ? SNUG_REASON_NOT_GO : SNUG_REASON_PROGRAM_UNKNOWN;

    *ret_is_active = true;
    return program->is_go ? SNUG_REASON_GO_PROGRAM : SNUG_REASON_SCOPE_ALL;
}

/* Whether the runtime's own count can be steered through the mask. */
static enum snug_reason decide_window(const struct snug_facts *facts, bool is_presented)
{
    const enum snug_start start = facts->program.start;
    if (!facts->program.is_go)
        return SNUG_REASON_NOT_GO;
    if (start == SNUG_START_REFUSED)
        return SNUG_REASON_TRACE_REFUSED;
    if (start == SNUG_START_GAINS)
        return SNUG_REASON_TRACE_GAINS;
    if (start == SNUG_START_PRIVILEGED)
        return SNUG_REASON_PRIVILEGED;
    if (start == SNUG_START_TRACED)
        return is_presented ? SNUG_REASON_TRACED : SNUG_REASON_ALL_ALLOWED;
    if (facts->program.is_static)
        return SNUG_REASON_STATIC;
    if (!facts->program.imports_mmap)
        return SNUG_REASON_NO_MMAP_IMPORT;
    if (facts->program.is_archive)
        return SNUG_REASON_ARCHIVE;
    if (!is_presented)
        return SNUG_REASON_ALL_ALLOWED;
    if (facts->privileges.may_set_affinity != SNUG_YES)
        return SNUG_REASON_SECCOMP;
    return SNUG_REASON_WINDOW;
}

/* Whether fewer CPUs would use all of the limit. */
static bool is_above(const struct snug_quota *limit, uint64_t n_cpus)
{
    return limit->kind == SNUG_SET && n_cpus > 1 &&
           n_cpus - 1 >= limit->quota_usec / limit->period_usec +
                             (limit->quota_usec % limit->period_usec > 0);
}

static void decide_gomaxprocs(const struct snug_facts *facts,
                              const struct snug_numa_plan *numa, struct snug_cpu_plan *cpu)
{
    if (!facts->program.is_go) {
        cpu->gomaxprocs_reason = SNUG_REASON_NOT_GO;
        return;
    }
    if (facts->variables.gomaxprocs == SNUG_OWNER_USER) {
        cpu->gomaxprocs_reason = SNUG_REASON_USER_VALUE;
        cpu->value_reason = is_above(&facts->cpu.limit, facts->variables.gomaxprocs_count)
                                ? SNUG_REASON_VALUE_ABOVE_CPUS
                                : SNUG_REASON_NONE;
        return;
    }
    /* All the CPUs there are, for want of a limit, are not known to be better than what the
     * runtime finds. */
    if (!cpu->count || cpu->reason == SNUG_REASON_COUNT_OFF ||
        cpu->reason == SNUG_REASON_LIMIT_UNKNOWN) {
        cpu->gomaxprocs_reason = cpu->reason;
        return;
    }

    /* What the mask holds after the start, which Go >= 1.25 counts again. */
    const unsigned n_left = numa->is_confined ? numa->n_confined : facts->cpu.n_allowed;
    cpu->may_set_gomaxprocs = !snug_runtime_settles_at(facts, n_left, n_left, cpu->count);
    /* Where there is a loader, the object comes in too, and plans for itself. The trace
     * sees no count of C code with Go linked in. */
    const bool is_seen =
        cpu->has_window && (facts->program.is_static ? !facts->program.may_be_archive
                                                     : facts->program.imports_mmap);
    const bool settles =
        is_seen ? snug_runtime_settles_at(facts, cpu->count, n_left, cpu->count)
                : !cpu->may_set_gomaxprocs;
    cpu->sets_gomaxprocs = !settles;
    if (settles)
        cpu->gomaxprocs_reason = SNUG_REASON_RUNTIME_AGREES;
    else
        cpu->gomaxprocs_reason =
            is_seen ? SNUG_REASON_RUNTIME_WOULD_DIFFER : SNUG_REASON_NO_WINDOW;
}

static void decide_prctl(const struct snug_policy *policy, struct snug_prctl_plan *ret)
{
    ret->owns_thp = snug_values_is(&policy->setting[SNUG_PRCTL_THP], SNUG_WORD_THP_OWN);
    ret->reason = ret->owns_thp ? SNUG_REASON_THP_OWN : SNUG_REASON_THP_PASS;
}

static void decide_seccomp(const struct snug_program *program,
                           const struct snug_policy *policy, struct snug_seccomp_plan *ret)
{
    const struct snug_setting *guard = &policy->setting[SNUG_SECCOMP_GUARD];
    ret->softens = snug_values_is(guard, SNUG_WORD_GUARD_LOG);
    ret->is_guarded = ret->softens || snug_values_is(guard, SNUG_WORD_AUDIT);
    ret->who = SNUG_NEEDS_SNUG | (program->is_go ? SNUG_NEEDS_GO | SNUG_NEEDS_LIBC : 0u);
    ret->go_minor = program->go_minor;
    if (ret->softens)
        ret->reason = SNUG_REASON_GUARD_LOG;
    else
        ret->reason = ret->is_guarded ? SNUG_REASON_GUARD_AUDIT : SNUG_REASON_GUARD_OFF;
}

static void decide_threads(const struct snug_program *program,
                           const struct snug_setting *warn, struct snug_thread_plan *ret)
{
    if (snug_values_is(warn, SNUG_WORD_OFF))
        ret->reason = SNUG_REASON_THREADS_OFF;
    else if (program->is_static)
        ret->reason = SNUG_REASON_STATIC;
    else if (program->is_go && !program->imports_mmap)
        ret->reason = SNUG_REASON_THREADS_RAW;
    else
        ret->reason = SNUG_REASON_THREADS_WARN;
    if (ret->reason == SNUG_REASON_THREADS_WARN)
        ret->warn = warn->number;
}

/* The process's own wish goes before an ancestor's, which goes on down otherwise. */
static void decide_children(const struct snug_facts *facts,
                            const struct snug_setting *signal, struct snug_child_plan *ret)
{
    const unsigned inherited = facts->variables.tie.signal;
    if (signal->unit == SNUG_UNIT_SIGNAL) {
        ret->signal = (unsigned)signal->number;
        ret->reason = SNUG_REASON_CHILD_SIGNAL;
    } else {
        ret->signal = inherited;
        ret->reason = inherited ? SNUG_REASON_CHILD_INHERITED : SNUG_REASON_CHILD_OFF;
    }
    if (ret->signal && facts->program.is_static) {
        ret->signal = 0;
        ret->reason = SNUG_REASON_STATIC;
    }
}

static void decide_allocator(const struct snug_facts *facts,
                             const struct snug_setting *arenas, unsigned n_cpus,
                             struct snug_allocator_plan *ret)
{
    const struct snug_program *program = &facts->program;
    if (snug_values_is(arenas, SNUG_WORD_KEEP))
        ret->reason = SNUG_REASON_ARENAS_KEEP;
    else if (program->is_static)
        ret->reason = SNUG_REASON_STATIC;
    else if (program->libc == SNUG_LIBC_MUSL || program->libc == SNUG_LIBC_NONE)
        ret->reason = SNUG_REASON_ARENAS_NO_GLIBC;
    else if (facts->variables.has_arenas)
        ret->reason = SNUG_REASON_ARENAS_USER;
    else if (arenas->unit == SNUG_UNIT_COUNT)
        ret->reason = SNUG_REASON_ARENAS_GIVEN;
    else
        ret->reason = n_cpus ? SNUG_REASON_ARENAS_AUTO : SNUG_REASON_ALLOWED_UNKNOWN;
    if (ret->reason == SNUG_REASON_ARENAS_GIVEN)
        ret->most_arenas = (unsigned)arenas->number;
    else if (ret->reason == SNUG_REASON_ARENAS_AUTO)
        ret->most_arenas = n_cpus;
}

static struct snug_builder add_variable(struct snug_plan *plan, const char *name)
{
    char *entry = plan->variable[plan->n_variables++];
    struct snug_builder ret = snug_text_build(entry, SNUG_VARIABLE_BYTES);
    snug_text_put(&ret, name);
    snug_text_put(&ret, "=");
    return ret;
}

static void write_variables(const struct snug_policy *policy, struct snug_plan *plan)
{
    if (plan->memory.sets_go_limit) {
        struct snug_builder out = add_variable(plan, "GOMEMLIMIT");
        snug_text_put_u64(&out, plan->memory.go_limit_bytes);
    }
    if (plan->cpu.sets_gomaxprocs) {
        struct snug_builder out = add_variable(plan, "GOMAXPROCS");
        snug_text_put_u64(&out, plan->cpu.count);
    }
    if (plan->memory.sets_gogc) {
        struct snug_builder out = add_variable(plan, "GOGC");
        const struct snug_setting *gogc = &policy->setting[SNUG_MEMORY_GOGC];
        if (gogc->unit == SNUG_UNIT_WORD)
            snug_text_put(&out, "off");
        else
            snug_text_put_u64(&out, gogc->number);
    }
}

/* Whether anything is on that is off by default and makes calls of its own. */
static bool decide_rare(const struct snug_policy *policy, const struct snug_plan *plan)
{
    unsigned at = 0;
    return policy->setting[SNUG_LOG].word != SNUG_LOG_OFF || plan->seccomp.is_guarded ||
           plan->threads.warn || plan->memory.guard_bytes || plan->spans.forbids_huge ||
           plan->spans.only_advised || plan->spans.names || plan->children.signal ||
           plan->follow.is_on || policy->setting[SNUG_STATS_FILE].unit == SNUG_UNIT_PATH ||
           (plan->tells && snug_problems_next(policy, false, &at));
}

void snug_plan_forgo_rare(struct snug_plan *plan)
{
    plan->tells = false;
    plan->is_rare = false;
    plan->seccomp = (struct snug_seccomp_plan){0};
    plan->threads = (struct snug_thread_plan){0};
    plan->memory.guard_bytes = 0;
    plan->spans = (struct snug_span_plan){0};
    plan->children = (struct snug_child_plan){0};
    plan->follow.is_on = false;
}

void snug_plan_forgo(const struct snug_facts *facts, enum snug_reason reason,
                     struct snug_plan *ret)
{
    *ret = (struct snug_plan){.reason = reason};
    ret->cpu.count = facts->cpu.n_allowed;
    ret->cpu.reason = reason;
    ret->cpu.presented = facts->cpu.allowed;
    ret->cpu.shown_reason = reason;
    ret->cpu.window_reason = reason;
    ret->cpu.gomaxprocs_reason = reason;
    ret->memory.reason = reason;
    ret->memory.present_reason = reason;
    ret->memory.gogc_reason = reason;
    ret->memory.guard_reason = reason;
    ret->numa.reason = reason;
    ret->numa.confine_reason = reason;
    ret->spans.huge_reason = reason;
    ret->spans.name_reason = reason;
    ret->prctl.reason = reason;
    ret->seccomp.reason = reason;
    ret->threads.reason = reason;
    ret->children.reason = reason;
    ret->allocator.reason = reason;
    ret->follow.reason = reason;
    ret->follow.cpu_reason = reason;
    ret->follow.memory_reason = reason;
    ret->follow.measure_reason = SNUG_REASON_MEASURE_NOT;
    ret->ranges.align_reason = reason;
}

void snug_plan_make(const struct snug_facts *facts, const struct snug_policy *policy,
                    uint64_t request_milli, struct snug_plan *ret)
{
    *ret = (struct snug_plan){0};
    ret->reason = decide_activity(&facts->program, policy, &ret->is_active);
    if (!ret->is_active) {
        snug_plan_forgo(facts, ret->reason, ret);
        snug_gccgo_plan(facts, policy, request_milli, ret);
        write_variables(policy, ret);
        return;
    }

    snug_present_decide(&facts->cpu, &facts->nodes, policy, request_milli, &ret->cpu);
    ret->cpu.window_reason = decide_window(facts, ret->cpu.is_presented);
    ret->cpu.has_window = ret->cpu.window_reason == SNUG_REASON_WINDOW ||
                          ret->cpu.window_reason == SNUG_REASON_TRACED;
    snug_placement_decide(facts, policy, &ret->cpu, &ret->numa);
    snug_memory_decide(facts, policy, &ret->memory);
    const uint64_t bytes = ret->memory.limit_bytes;
    const uint64_t kept = snug_memory_headroom(policy, bytes);
    snug_spans_decide(facts, policy, kept < bytes ? bytes - kept : 0, &ret->spans);
    const bool is_counted =
        facts->program.is_go && policy->setting[SNUG_STATS_FILE].unit == SNUG_UNIT_PATH;
    ret->watches_heap = ret->numa.nodes || ret->memory.guard_bytes ||
                        ret->spans.huge_budget_bytes || ret->spans.names || is_counted;
    decide_gomaxprocs(facts, &ret->numa, &ret->cpu);
    decide_prctl(policy, &ret->prctl);
    decide_seccomp(&facts->program, policy, &ret->seccomp);
    decide_threads(&facts->program, &policy->setting[SNUG_THREADS_WARN], &ret->threads);
    decide_children(facts, &policy->setting[SNUG_CHILD_PDEATHSIG], &ret->children);
    snug_pursuit_decide(facts, policy, ret);
    snug_anonymous_decide(facts, policy, &ret->ranges);
    decide_allocator(facts, &policy->setting[SNUG_MALLOC_ARENAS], ret->cpu.count,
                     &ret->allocator);
    const struct snug_setting *log = &policy->setting[SNUG_LOG];
    ret->tells = facts->program.is_go && !facts->variables.is_told &&
                 (log->word != SNUG_LOG_OFF || log->source == SNUG_FROM_DEFAULT);
    ret->is_rare = decide_rare(policy, ret);
    if (ret->is_rare || ret->numa.nodes)
        ret->seccomp.who |= SNUG_NEEDS_RARE;
    write_variables(policy, ret);
}

bool snug_plan_names_limit(const struct snug_policy *policy)
{
    static const uint8_t keys[] = {SNUG_LOG, SNUG_FOLLOW, SNUG_MEMORY_HEADROOM,
                                   SNUG_SPAN_GUARD};
    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
        if (policy->setting[keys[i]].source != SNUG_FROM_DEFAULT)
            return true;
    return false;
}

bool snug_plan_needs_rest(const struct snug_facts *facts, const struct snug_policy *policy,
                          const struct snug_plan *plan)
{
    return !facts->cpu.n_allowed || plan->cpu.is_presented || plan->watches_heap ||
           plan->is_rare || snug_placement_is_asked(policy);
}
