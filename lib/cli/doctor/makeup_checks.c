/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the memory is that fills the limit: of the cgroup by the kernel's own sums, of the
 * process by its mappings, of its Go heap by what the runtime counts.
 */
#include <stdio.h>

#include "snug/cli/doctor/checks.h"
#include "snug/cli/doctor/memory_account.h"
#include "snug/cli/subject/amount.h"

enum {
    ALARM_PERCENT = 90, /* Of the limit: where alarms usually stand. */
    SUM_PERCENT = 2,    /* What the kinds may differ from all that is in use, or a MiB. */
    MIB_LOG2 = 20,
    N_KINDS = 4, /* Of memory, that all is made of; version 1 leaves out the last. */
    PART_BYTES = 384,
    NEAR_PERCENT = 75, /* A heap that needs more of its limit is collected without end. */
    ARENAS_OF_CPU = 2, /* As many are no waste. */
    ARENAS_LIMIT_PART = 16, /* Of the limit, and the C heap is worth a warning. */
};

static const uint64_t much_c_bytes = 64 << 20; /* Where there is no limit. */

/* Behind Go's heap. */
static void put_go(const struct snug_makeup *makeup, size_t size, char *ret)
{
    if (makeup->has_go)
        (void)snprintf(
            ret, size,
            "Go's heap %s (it counts in use %s, idle %s, goroutines' stacks %s), ",
            snug_amount_bytes(makeup->go_heap).text, snug_amount_of(makeup->go.in_use).text,
            snug_amount_of(makeup->go.idle).text, snug_amount_of(makeup->go.stacks).text);
    else
        (void)snprintf(ret, size, "Go's heap %s (what it counts is unknown: %s), ",
                       snug_amount_bytes(makeup->go_heap).text, makeup->why_go);
}

/* Behind the cgroup's sums: what of it the process is. */
static void put_process(const struct snug_patient *patient, size_t size, char *ret)
{
    const struct snug_makeup *makeup = &patient->makeup;
    char go[PART_BYTES] = "";
    ret[0] = 0;
    if (!patient->has_process)
        return;
    if (!makeup->c_heap.is_known) {
        (void)snprintf(ret, size, "; what the process's part is made of is unknown: %s",
                       makeup->why);
        return;
    }
    if (patient->subject->facts.program.is_go)
        put_go(makeup, sizeof go, go);
    (void)snprintf(
        ret, size,
        "; of the anonymous memory%s: %sC heap %s, thread stacks %s, other of the process "
        "%s, other processes %s",
        makeup->stride.number > 1 ? " (estimated)" : "", go,
        snug_amount_bytes(makeup->c_heap).text, snug_amount_bytes(makeup->stacks).text,
        snug_amount_bytes(snug_memory_account_other(patient)).text,
        snug_amount_bytes(snug_memory_account_others(patient)).text);
}

static void look_at_kinds(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_memory_evidence *memory = &patient->memory;
    const struct snug_figure *const part[N_KINDS] = {
        &memory->anonymous, &memory->page_cache, &memory->kernel, &memory->sockets};
    const struct snug_figure sum =
        snug_evidence_sum(part, memory->is_v2 ? N_KINDS : N_KINDS - 1);
    char process[2 * PART_BYTES];
    if (!memory->current.is_known || !memory->anonymous.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "memory.stat cannot be read");
        return;
    }
    put_process(patient, sizeof process, process);
    snug_finding_see(
        ret, SNUG_GRADE_OK,
        "%s in use: anonymous (heaps, stacks) %s, page cache %s (active %s, inactive %s, "
        "shared %s), kernel %s, sockets %s; together %s%s",
        snug_amount_bytes(memory->current).text, snug_amount_bytes(memory->anonymous).text,
        snug_amount_bytes(memory->page_cache).text,
        snug_amount_bytes(memory->active_file).text,
        snug_amount_bytes(memory->inactive_file).text,
        snug_amount_bytes(memory->shared).text, snug_amount_bytes(memory->kernel).text,
        snug_amount_bytes(memory->sockets).text, snug_amount_bytes(sum).text, process);
    const uint64_t all = memory->current.number;
    const uint64_t gap = sum.number > all ? sum.number - all : all - sum.number;
    if (sum.is_known && gap >> MIB_LOG2 && snug_amount_percent(gap, all) > SUM_PERCENT)
        ret->grade = SNUG_GRADE_NOTE;
}

/* What the alarm is about: the page cache that has been used lately, or what is no cache.
 */
static void tell_alarm(const struct snug_patient *patient, uint64_t percent,
                       struct snug_finding *ret)
{
    const struct snug_memory_evidence *memory = &patient->memory;
    const uint64_t limit = snug_patient_memory_limit(patient)->bytes;
    const uint64_t cache = memory->active_file.is_known ? memory->active_file.number : 0;
    const uint64_t of_cache = snug_amount_percent(cache, limit);
    const uint64_t without = percent > of_cache ? percent - of_cache : 0;
    if (without < ALARM_PERCENT && cache) {
        ret->grade = SNUG_GRADE_NOTE;
        snug_finding_follow(ret,
                            "An alarm at %lu %% would be false: %s of it is page cache, "
                            "which the kernel gives back before it kills.",
                            percent, snug_amount_of(cache).text);
        return; /* There is nothing to be mended. */
    }
    ret->grade = SNUG_GRADE_WARNING;
    snug_finding_follow(ret,
                        "%s of it is anonymous memory, and %s is shared: neither can be "
                        "given back without swap, and the next step is a kill.",
                        snug_amount_bytes(memory->anonymous).text,
                        snug_amount_bytes(memory->shared).text);
    snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {limits: {memory: \"%luMi\"}}",
                      (limit >> MIB_LOG2) * 2 + 1);
}

static void look_at_working(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_memory_evidence *memory = &patient->memory;
    const struct snug_figure working = snug_evidence_working_set(memory);
    const struct snug_makeup *makeup = &patient->makeup;
    char rss[96] = "";
    char alloc[PART_BYTES] = "";
    if (!working.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "memory.stat cannot be read");
        return;
    }
    if (patient->has_process)
        (void)snprintf(rss, sizeof rss, "; the process's own RSS is %s",
                       snug_amount_bytes(patient->condition.rss_bytes).text);
    if (makeup->has_go)
        (void)snprintf(alloc, sizeof alloc, "; Go's Alloc, a part of RSS, is about %s",
                       snug_amount_of(makeup->go.alloc).text);
    else if (patient->has_process && patient->subject->facts.program.is_go)
        (void)snprintf(alloc, sizeof alloc, "; Go's Alloc, a part of RSS, is unknown: %s",
                       makeup->why_go);
    snug_finding_see(ret, SNUG_GRADE_OK,
                     "the working set is %s: %s in use, less inactive page cache of %s%s%s",
                     snug_amount_bytes(working).text,
                     snug_amount_bytes(memory->current).text,
                     snug_amount_bytes(memory->inactive_file).text, rss, alloc);
    if (snug_patient_memory_limit(patient)->kind != SNUG_SET)
        return;
    const uint64_t percent =
        snug_amount_percent(working.number, snug_patient_memory_limit(patient)->bytes);
    if (percent >= ALARM_PERCENT)
        tell_alarm(patient, percent, ret);
}

/* A target is enough for so much. */
static bool is_enough(uint64_t bytes, uint64_t needed)
{
    return snug_amount_percent(needed, bytes) < NEAR_PERCENT;
}

/* In whole MiB, and twice what is needed. */
static uint64_t limit_for(uint64_t needed)
{
    return (needed >> MIB_LOG2) * 2 + 2;
}

/* Where the limit leaves room for it, another target; else another limit, of which the
 * target is nine tenths. */
static void mend_heap(const struct snug_patient *patient, uint64_t needed,
                      struct snug_finding *ret)
{
    const struct snug_memory_plan *advice = &patient->advice.memory;
    const bool is_by_hand = patient->subject->facts.variables.gomemlimit == SNUG_OWNER_USER;
    const uint64_t mebibytes = limit_for(needed);
    if (snug_patient_memory_limit(patient)->kind != SNUG_SET)
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT, "GOMEMLIMIT=%luMiB", mebibytes);
    else if (advice->sets_go_limit && is_enough(advice->go_limit_bytes, needed))
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT, "GOMEMLIMIT=%lu",
                          advice->go_limit_bytes);
    else if (is_by_hand)
        snug_finding_mend(ret, SNUG_PLACE_POD,
                          "resources: {limits: {memory: \"%luMi\"}}\n"
                          "env: [{name: GOMEMLIMIT, value: \"%luMiB\"}]",
                          mebibytes, mebibytes - mebibytes / 10);
    else
        snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {limits: {memory: \"%luMi\"}}",
                          mebibytes);
}

/* The runtime's own reckoning: what lives, and what it holds that is no heap. */
static void look_at_live(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_makeup *makeup = &patient->makeup;
    const struct snug_bytes *limit = snug_patient_memory_limit(patient);
    const bool has_target = makeup->go.limit != INT64_MAX;
    const bool has_limit = limit->kind == SNUG_SET;
    if (!makeup->has_go || !makeup->go.live) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s",
                         !patient->has_process ? "no process was named"
                         : !makeup->has_go     ? makeup->why_go
                                               : "no garbage collection has ended yet");
        return;
    }
    const uint64_t overhead = makeup->go.ready - makeup->go.in_use - makeup->go.idle;
    const uint64_t needed = makeup->go.live + overhead;
    char heap[PART_BYTES];
    (void)snprintf(heap, sizeof heap, "%s of the heap live, and Go needs %s beside them",
                   snug_amount_of(makeup->go.live).text, snug_amount_of(overhead).text);
    if (has_limit && !is_enough(limit->bytes, needed)) {
        snug_finding_see(ret,
                         needed >= limit->bytes ? SNUG_GRADE_ERROR : SNUG_GRADE_WARNING,
                         "%s; the limit is %s", heap, snug_amount_of(limit->bytes).text);
        snug_finding_follow(ret, "There is next to no room for what is allocated between "
                                 "two collections, and the kernel kills.");
        mend_heap(patient, needed, ret);
    } else if (has_target && !is_enough(makeup->go.limit, needed)) {
        snug_finding_see(
            ret, needed >= makeup->go.limit ? SNUG_GRADE_ERROR : SNUG_GRADE_WARNING,
            "%s; GOMEMLIMIT is %s", heap, snug_amount_of(makeup->go.limit).text);
        snug_finding_follow(ret,
                            "Collections follow each other, and may take up to half of "
                            "the CPU time.");
        mend_heap(patient, needed, ret);
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "%s; %s", heap,
                         has_target || has_limit ? "the limits leave room"
                                                 : "there is no limit");
    }
}

static void look_at_arenas(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_makeup *makeup = &patient->makeup;
    const struct snug_bytes *limit = snug_patient_memory_limit(patient);
    const unsigned n_cpus = patient->advice.cpu.count;
    const uint64_t n = makeup->arenas.number;
    if (!makeup->arenas.is_known || !n_cpus) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s",
                         !patient->has_process ? "no process was named"
                         : !n_cpus             ? "it is not known which CPUs it may use"
                                               : makeup->why);
        return;
    }
    const uint64_t much =
        limit->kind == SNUG_SET ? limit->bytes / ARENAS_LIMIT_PART : much_c_bytes;
    const bool is_bad = n > (uint64_t)ARENAS_OF_CPU * n_cpus &&
                        makeup->scattered.is_known && makeup->scattered.number >= much;
    snug_finding_see(ret, is_bad ? SNUG_GRADE_WARNING : SNUG_GRADE_OK,
                     "malloc has %lu arena%s for %u CPU%s; %s are resident outside the "
                     "largest mapping of it",
                     n, n == 1 ? "" : "s", n_cpus, n_cpus == 1 ? "" : "s",
                     snug_amount_bytes(makeup->scattered).text);
    if (!is_bad)
        return;
    snug_finding_follow(ret, "Each keeps what its threads have freed, and what is free in "
                             "one serves no thread of another.");
    if (patient->condition.has_object)
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "malloc.arenas = auto");
    else
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT, "MALLOC_ARENA_MAX=%u", n_cpus);
}

static const struct snug_check checks[] = {
    {"memory.kinds", "What is the memory that is in use?", look_at_kinds},
    {"memory.working", "Why would an alarm on memory fire?", look_at_working},
    {"memory.live", "Is there room for Go's live heap?", look_at_live},
    {"memory.arenas", "How many arenas has malloc?", look_at_arenas},
};

const struct snug_family snug_makeup_checks = {checks, sizeof checks / sizeof *checks};
