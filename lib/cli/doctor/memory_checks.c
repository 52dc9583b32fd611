/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether the memory limit is known and fits Go's target, and whether it has been met.
 */
#include <stdio.h>

#include "snug/base/entries.h"
#include "snug/cli/subject/amount.h"
#include "snug/cli/doctor/checks.h"

enum {
    AT_LIMIT_PERCENT = 97, /* A target that leaves less is as good as none. */
    FAR_BELOW_PERCENT = 50,
    MIB_LOG2 = 20,
};

static const char no_limit[] = "there is no limit that is known";

/* Twice the limit, in whole MiB. */
static void mend_by_limit(const struct snug_patient *patient, struct snug_finding *ret)
{
    if (snug_patient_memory_limit(patient)->kind == SNUG_SET)
        snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {limits: {memory: \"%luMi\"}}",
                          (snug_patient_memory_limit(patient)->bytes >> MIB_LOG2) * 2 + 1);
}

static void look_at_visible(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_bytes *limit = snug_patient_memory_limit(patient);
    const struct snug_setting *key = &patient->subject->policy.setting[SNUG_MEMORY_LIMIT];
    if (limit->kind == SNUG_SET) {
        snug_finding_see(ret, SNUG_GRADE_OK, "%s by %s", snug_amount_of(limit->bytes).text,
                         limit->from);
    } else if (key->source != SNUG_FROM_DEFAULT) {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "the kernel tells none, and memory.limit does");
    } else if (limit->kind == SNUG_NONE) {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "no limit is set: the heap may take the machine's memory");
    } else {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "the limit is not known: %s%s",
                         snug_facts_why(limit->why),
                         patient->is_gvisor ? "; this is gVisor, which hides it" : "");
        snug_finding_follow(ret, "There is no target that the collector could keep to.");
        snug_finding_mend(ret, SNUG_PLACE_POD,
                          "env: [{name: SNUG_MEMORY_LIMIT, valueFrom: {resourceFieldRef: "
                          "{resource: limits.memory}}}]");
    }
}

/* The value of GOMEMLIMIT, UINT64_MAX for `off`. False if it is not set by hand, or Go
 * would not take it. */
static bool read_target(const struct snug_patient *patient, uint64_t *ret)
{
    const struct snug_text value =
        snug_entries_value(patient->subject->entries, "GOMEMLIMIT");
    if (patient->subject->facts.variables.gomemlimit != SNUG_OWNER_USER)
        return false;
    *ret = UINT64_MAX;
    return snug_text_equals(value, "off") || snug_text_size(value, ret) == 0;
}

static void mend_target(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_memory_plan *advice = &patient->advice.memory;
    if (advice->sets_go_limit)
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT, "GOMEMLIMIT=%lu",
                          advice->go_limit_bytes);
    else
        snug_finding_mend(ret, SNUG_PLACE_SHELL, "unset GOMEMLIMIT");
}

static void look_at_no_target(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_variable_facts *variables = &patient->subject->facts.variables;
    const struct snug_memory_plan *advice = &patient->advice.memory;
    if (!advice->sets_go_limit || !patient->subject->facts.program.is_go)
        snug_finding_see(ret, SNUG_GRADE_OK, "GOMEMLIMIT is not set");
    else if (patient->has_process && patient->condition.has_maps &&
             !patient->condition.has_object && !variables->has_automemlimit &&
             variables->gomemlimit == SNUG_OWNER_NOBODY) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "nobody sets GOMEMLIMIT, unless the program does in code");
        snug_finding_follow(ret, "Go lets the heap double between collections, past the "
                                 "limit too, and the kernel kills it there.");
        mend_target(patient, ret);
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "GOMEMLIMIT is not set by hand; snug's is %s",
                         snug_amount_of(advice->go_limit_bytes).text);
    }
}

static void look_at_target(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_bytes *limit = snug_patient_memory_limit(patient);
    uint64_t target;
    if (limit->kind != SNUG_SET) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", no_limit);
        return;
    }
    if (!read_target(patient, &target)) {
        look_at_no_target(patient, ret);
        return;
    }
    const uint64_t percent = snug_amount_percent(target, limit->bytes);
    if (percent >= AT_LIMIT_PERCENT) {
        snug_finding_see(ret, percent >= 100 ? SNUG_GRADE_ERROR : SNUG_GRADE_WARNING,
                         "GOMEMLIMIT is %s, the limit %s",
                         target == UINT64_MAX ? "off" : snug_amount_of(target).text,
                         snug_amount_of(limit->bytes).text);
        snug_finding_follow(ret,
                            "The kernel kills before the collector begins to hold "
                            "back: stacks, C memory and the program itself count too.");
        mend_target(patient, ret);
    } else if (percent < FAR_BELOW_PERCENT) {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "GOMEMLIMIT is %lu %% of the limit",
                         percent);
        snug_finding_follow(ret, "Once the live heap comes near it, the collector runs all "
                                 "the time, although there is room.");
        mend_target(patient, ret);
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "GOMEMLIMIT is %lu %% of the limit", percent);
    }
}

static void look_at_high(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_memory_facts *facts = &patient->subject->facts.memory;
    const struct snug_figure slowed = patient->memory.slowed;
    if (facts->limit.kind != SNUG_SET) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", no_limit);
        return;
    }
    if (!snug_text_matches(snug_text_of(facts->limit.from),
                           snug_text_of("*/memory.high"))) {
        snug_finding_see(ret, SNUG_GRADE_OK, "no memory.high is below the limit");
        return;
    }
    char times[32] = "nobody knows how often";
    if (slowed.is_known)
        (void)snprintf(times, sizeof times, "%lu times", slowed.number);
    snug_finding_see(
        ret, slowed.is_known && slowed.number ? SNUG_GRADE_WARNING : SNUG_GRADE_NOTE,
        "memory.high is %s, and memory.max %s; passed %s",
        snug_amount_of(facts->limit.bytes).text,
        facts->hard_bytes ? snug_amount_of(facts->hard_bytes).text : "not set", times);
    snug_finding_follow(ret, "Above it nothing is killed: the kernel makes every thread "
                             "that asks for memory wait, up to two seconds each time.");
    snug_finding_mend(ret, SNUG_PLACE_CONTAINER, "echo max >%s",
                      snug_finding_word(facts->limit.from, "memory.high"));
}

static void look_at_events(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_memory_evidence *memory = &patient->memory;
    if (!memory->killed.is_known && !memory->hit.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "the cgroup's events cannot be read");
    } else if (memory->killed.number) {
        snug_finding_see(ret, SNUG_GRADE_ERROR, "%lu %s killed for want of memory",
                         memory->killed.number,
                         memory->killed.number == 1 ? "process was" : "processes were");
        snug_finding_follow(ret, "The limit was met, and nothing was left to give back.");
        mend_by_limit(patient, ret);
    } else if (memory->hit.number) {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "the limit was met %lu times, and memory was given back",
                         memory->hit.number);
    } else {
        snug_finding_see(
            ret, SNUG_GRADE_OK,
            "the limit was never met since the cgroup was made, as a container's "
            "is at each start");
    }
}

/* Without swap all of it is to be in memory, with a tenth to spare; else the next step is a
 * kill. */
static void mend_swap(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_memory_evidence *memory = &patient->memory;
    const struct snug_bytes *limit = snug_patient_memory_limit(patient);
    const uint64_t wanted = memory->current.number + memory->swap.number;
    if (!memory->current.is_known)
        return;
    if (limit->kind == SNUG_SET && wanted > limit->bytes / 10 * 9)
        snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {limits: {memory: \"%luMi\"}}",
                          (wanted / 9 * 10 >> MIB_LOG2) + 1);
    else if (memory->is_v2)
        snug_finding_mend(ret, SNUG_PLACE_CONTAINER, "echo 0 >%s/memory.swap.max",
                          snug_finding_word(memory->directory, "CGROUP"));
}

static void look_at_swap(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_memory_evidence *memory = &patient->memory;
    if (!memory->swap.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "the cgroup does not tell its swap");
    } else if (!memory->swap.number) {
        snug_finding_see(ret, SNUG_GRADE_OK, "nothing is in swap");
    } else {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "%s are in swap",
                         snug_amount_bytes(memory->swap).text);
        snug_finding_follow(ret, "Each garbage collection reads the whole heap, and brings "
                                 "it back from there.");
        mend_swap(patient, ret);
    }
}

static void look_at_huge(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_figure none = patient->n_huge_none;
    if (!patient->huge_mode[0] || !none.is_known)
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "the kernel's settings cannot be read");
    else if (!snug_text_equals(snug_text_of(patient->huge_mode), "always"))
        snug_finding_see(ret, SNUG_GRADE_OK, "the mode is %s", patient->huge_mode);
    else if (!none.number)
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "the mode is always, and no page is added for it later");
    else {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "the mode is always, and max_ptes_none is %lu", none.number);
        snug_finding_follow(ret,
                            "The kernel makes a huge page where only some small ones are "
                            "in use. What Go gave back from there comes back, and counts. "
                            "The setting is the node's.");
        snug_finding_mend(ret, SNUG_PLACE_SHELL,
                          "echo 0 >/sys/kernel/mm/transparent_hugepage/khugepaged/"
                          "max_ptes_none");
    }
}

static void look_at_shared(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_figure n = patient->memory.processes;
    if (snug_patient_memory_limit(patient)->kind != SNUG_SET) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", no_limit);
    } else if (snug_patient_sets(patient, SNUG_MEMORY_LIMIT) ||
               snug_patient_sets(patient, SNUG_MEMORY_SHARE)) {
        snug_finding_see(ret, SNUG_GRADE_OK, "the policy says what this program may take");
    } else if (!n.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "cgroup.procs cannot be read");
    } else if (n.number <= 1) {
        snug_finding_see(ret, SNUG_GRADE_OK, "no other process is in the cgroup");
    } else {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "%lu processes are in the cgroup", n.number);
        snug_finding_follow(ret, "Each Go program among them plans with the whole limit: "
                                 "where two are Go, SNUG_MEMORY_SHARE=50%% is for each of "
                                 "them. A shell that waits for the program takes no part.");
    }
}

static const struct snug_check checks[] = {
    {"memory.visible", "Is the memory limit known?", look_at_visible},
    {"memory.target", "Does GOMEMLIMIT fit the limit?", look_at_target},
    {"memory.high", "Is the program slowed down below its limit?", look_at_high},
    {"memory.events", "Has the limit been met, and was anybody killed?", look_at_events},
    {"memory.swap", "Is any of it in swap?", look_at_swap},
    {"memory.huge", "Do huge pages bring memory back?", look_at_huge},
    {"memory.shared", "Do several processes share the limit?", look_at_shared},
};

const struct snug_family snug_memory_checks = {checks, sizeof checks / sizeof *checks};
