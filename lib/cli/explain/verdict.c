/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The plan is what the object would do in the program. These are the programs that it does
 * not come into, or that the command does not know as well as the object will.
 */
#include "snug/base/entries.h"
#include "snug/cli/explain/verdict.h"

#include <string.h>

#include "snug/plan/memory.h"

bool snug_verdict_is_open(const struct snug_subject *subject)
{
    return !subject->policy.is_off && !subject->executable.is_privileged &&
           (subject->form == SNUG_FORM_PACKED || subject->form == SNUG_FORM_UNREADABLE);
}

/* A program of gccgo is Go, so that no reason may say it is not. */
static void name_gccgo(struct snug_plan *plan)
{
    enum snug_reason *const reason[] = {
        &plan->cpu.window_reason,    &plan->cpu.gomaxprocs_reason, &plan->memory.reason,
        &plan->memory.gogc_reason,   &plan->follow.reason,         &plan->follow.cpu_reason,
        &plan->follow.memory_reason,
    };
    for (size_t i = 0; i < sizeof reason / sizeof *reason; i++)
        if (*reason[i] == SNUG_REASON_NOT_GO)
            *reason[i] = SNUG_REASON_GCCGO;
}

/* What is for C code has nobody to serve where there is no libc to ask. */
static void forgo_c(struct snug_plan *plan, enum snug_reason reason)
{
    if (plan->cpu.is_shown) {
        plan->cpu.is_shown = false;
        plan->cpu.shown_reason = reason;
    }
    if (plan->memory.is_presented) {
        plan->memory.is_presented = false;
        plan->memory.present_reason = reason;
    }
    if (plan->prctl.owns_thp) {
        plan->prctl.owns_thp = false;
        plan->prctl.reason = reason;
    }
    if (plan->seccomp.is_guarded) {
        plan->seccomp.is_guarded = plan->seccomp.softens = false;
        plan->seccomp.reason = reason;
    }
}

/* From which of two limits the target comes. */
static void name_limit(const struct snug_facts *facts, const struct snug_policy *policy,
                       struct snug_memory_plan *memory)
{
    if (memory->reason == SNUG_REASON_MEMORY_LIMIT &&
        snug_memory_share(policy, facts->memory.hard_bytes) > memory->limit_bytes)
        memory->reason = snug_memory_goes_by_high(&facts->memory, policy)
                             ? SNUG_REASON_BELOW_HIGH
                             : SNUG_REASON_BELOW_MAX;
}

static void note_archive(struct snug_subject *subject)
{
    const struct snug_program *program = &subject->facts.program;
    if (program->start == SNUG_START_TRACED && program->is_static &&
        program->may_be_archive && subject->form != SNUG_FORM_PACKED)
        snug_subject_note(subject, "Nothing in the file says whether it is C code with Go "
                                   "linked in. If it is, the trace ends before the count: "
                                   "NumCPU stays, and the variables are right.");
}

/* Programs that the object does not come into, or in which it has no turn. */
static void note_reach(struct snug_subject *subject)
{
    const struct snug_program *program = &subject->facts.program;
    const bool is_musl =
        snug_text_matches(snug_text_of(program->interpreter), snug_text_of("*/ld-musl*"));
    if (program->is_gccgo && subject->plan.cpu.sets_gomaxprocs)
        snug_subject_note(subject, "libsnug.so does not know the runtime of gccgo: only "
                                   "snug run sets GOMAXPROCS.");
    if (program->is_gccgo)
        return;
    if (subject->form == SNUG_FORM_PACKED) {
        snug_subject_note(subject, "The program is packed, so what it holds shows only "
                                   "when it runs. This is what snug run does if that is a "
                                   "static Go program.");
        snug_subject_note(subject, "If it is dynamic, libsnug.so comes in and plans for "
                                   "it. If it is not Go, the variables are set all the "
                                   "same, and nothing else is done.");
        return;
    }
    if (program->is_static && !program->is_go)
        snug_subject_note(subject, "The program is static, so libsnug.so cannot come into "
                                   "it: of this plan snug run --pin does the CPUs, and "
                                   "nothing does the rest.");
    else if (program->is_static)
        snug_subject_note(subject, "The program is static, so libsnug.so cannot come into "
                                   "it: only snug run does what stands here.");
    else if (program->is_go && !program->imports_mmap && is_musl)
        snug_subject_note(subject, "Without libc, libsnug.so has no turn under musl's "
                                   "loader: only snug run does what stands here.");
    else if (program->start == SNUG_START_TRACED)
        snug_subject_note(subject, "Without libc, libsnug.so sets the variables and "
                                   "nothing else: what is traced takes snug run.");
    else if (subject->object.is_told && subject->object.is_loaded == SNUG_NO)
        snug_subject_note(subject, "No libsnug.so is mapped in this process: unless the "
                                   "object has another name, nothing of this plan is done "
                                   "there.");
    else if (subject->facts.privileges.seccomp == SNUG_SECCOMP_FILTER &&
             (subject->plan.cpu.has_window || subject->plan.numa.is_confined))
        snug_subject_note(subject, "A seccomp filter is active: the object tries "
                                   "sched_setaffinity in a child first; the plan assumes "
                                   "that it may.");
}

/* The user's values stay as they are; what is amiss with them is said. */
static void note_values(struct snug_subject *subject)
{
    const struct snug_plan *plan = &subject->plan;
    const struct snug_program *program = &subject->facts.program;
    if (plan->memory.value_reason)
        snug_subject_note(subject, "%s: %s.",
                          snug_entries_find(subject->entries, "GOMEMLIMIT"),
                          snug_reason_words(plan->memory.value_reason));
    if (plan->cpu.value_reason)
        snug_subject_note(subject, "%s: %s.",
                          snug_entries_find(subject->entries, "GOMAXPROCS"),
                          snug_reason_words(plan->cpu.value_reason));
    /* What snug sets is taken away again before the program's own code could see it. */
    if (program->libraries & SNUG_LIBRARY_AUTOMEMLIMIT && plan->memory.sets_go_limit)
        snug_subject_note(subject, program->is_static || !program->imports_mmap
                                       ? "automemlimit is built in, and does nothing where "
                                         "GOMEMLIMIT is set."
                                       : "automemlimit is built in, and sets its own limit "
                                         "in place of this one.");
    if (program->libraries & (SNUG_LIBRARY_AUTOMAXPROCS | SNUG_LIBRARY_GOMAXECS) &&
        !plan->cpu.sets_gomaxprocs && plan->cpu.gomaxprocs_reason != SNUG_REASON_USER_VALUE)
        snug_subject_note(subject, "The program has a library that sets GOMAXPROCS after "
                                   "its start: that one has the last word.");
}

/* Variables, and tracing, are all that reaches a program whose loader takes no object. */
static void keep_variables(const struct snug_facts *facts, struct snug_plan *plan)
{
    const struct snug_plan planned = *plan;
    snug_plan_forgo(facts, SNUG_REASON_PRIVILEGED, plan);
    plan->is_active = planned.is_active;
    plan->reason = planned.reason;
    plan->cpu = planned.cpu;
    plan->memory.sets_go_limit = planned.memory.sets_go_limit;
    plan->memory.go_limit_bytes = planned.memory.go_limit_bytes;
    plan->memory.reason = planned.memory.reason;
    plan->memory.sets_gogc = planned.memory.sets_gogc;
    plan->memory.gogc_reason = planned.memory.gogc_reason;
    plan->n_variables = planned.n_variables;
    memcpy(plan->variable, planned.variable, sizeof plan->variable);
}

void snug_verdict_apply(struct snug_subject *subject)
{
    const struct snug_facts *facts = &subject->facts;
    const struct snug_program *program = &facts->program;
    struct snug_plan *plan = &subject->plan;
    if (subject->policy.is_off)
        return;
    if (subject->executable.is_privileged && program->is_go)
        keep_variables(facts, plan);
    else if (subject->executable.is_privileged)
        snug_plan_forgo(facts, SNUG_REASON_PRIVILEGED, plan);
    else if (subject->form == SNUG_FORM_FOREIGN)
        snug_plan_forgo(facts, SNUG_REASON_FOREIGN, plan);
    else if (subject->form == SNUG_FORM_PACKED && !program->is_go)
        snug_plan_forgo(facts, SNUG_REASON_PACKED, plan);
    else if (subject->form == SNUG_FORM_UNREADABLE)
        snug_plan_forgo(facts, SNUG_REASON_PROGRAM_UNKNOWN, plan);
    else if (program->is_gccgo)
        name_gccgo(plan);
    if (!plan->is_active)
        return;
    name_limit(facts, &subject->policy, &plan->memory);
    if (program->is_static)
        forgo_c(plan, SNUG_REASON_STATIC);
    else if (program->is_go && !program->imports_mmap)
        forgo_c(plan, SNUG_REASON_NO_C);
    note_reach(subject);
    note_archive(subject);
    note_values(subject);
}
