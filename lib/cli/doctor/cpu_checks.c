/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether the CPU limit is known, fits the program, and holds it back. How throttling is
 * told apart: a program that is short of CPUs uses up its limit in the periods in which it
 * works. One whose threads all start at once, as for a garbage collection, a trace or a
 * batch, uses up a period early and is far below its limit in most others.
 */
#include <stdio.h>

#include "snug/base/entries.h"
#include "snug/cli/command/figures.h"
#include "snug/cli/subject/amount.h"
#include "snug/cli/doctor/checks.h"
#include "snug/cli/doctor/entrance.h"

enum {
    FEW_PERIODS = 10, /* With work: a start alone has some, and may be throttled. */
    FEW_PERCENT = 1,  /* Of the periods: that many throttled ones are nothing. */
    IDLE_PERCENT = 5, /* Of the limit, used in the window, or in the periods with work. */
    USEC = 1000000,
    AT_LIMIT_PERCENT =
        75,             /* Of the limit in the periods with work, or of these throttled. */
    MOST_PERCENT = 115, /* More cannot be used: the limit has changed, or is new. */
    WAITED_HUNDREDTHS = 1000,
};

static const struct snug_quota *limit_of(const struct snug_patient *patient)
{
    return &patient->subject->facts.cpu.limit;
}

static void look_at_visible(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_quota *limit = limit_of(patient);
    const struct snug_cpu_facts *cpu = &patient->subject->facts.cpu;
    const struct snug_setting *count = &patient->subject->policy.setting[SNUG_CPU_COUNT];
    if (limit->kind == SNUG_SET) {
        snug_finding_see(ret, SNUG_GRADE_OK, "%s by %s",
                         snug_amount_cpus(snug_figures_milli(limit)).text, limit->from);
    } else if (limit->kind == SNUG_NONE && patient->advice.cpu.count < cpu->n_allowed) {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "no limit is set, and %u of %u CPUs are "
                         "planned for",
                         patient->advice.cpu.count, cpu->n_allowed);
    } else if (limit->kind == SNUG_NONE) {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "no limit is set: Go uses all of %u CPUs",
                         cpu->n_allowed);
    } else if (count->source != SNUG_FROM_DEFAULT) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it is not known (%s), and cpu.count says it",
                         snug_facts_why(limit->why));
    } else {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "the limit is not known: %s%s",
                         snug_facts_why(limit->why),
                         patient->is_gvisor ? "; this is gVisor, which hides it" : "");
        snug_finding_follow(ret, "Go counts all of %u CPUs, and snug leaves that alone.",
                            cpu->n_allowed);
        snug_finding_mend(ret, SNUG_PLACE_POD,
                          "env: [{name: SNUG_CPU_COUNT, valueFrom: {resourceFieldRef: "
                          "{resource: limits.cpu}}}]");
    }
}

static void look_at_whole(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_quota *limit = limit_of(patient);
    if (limit->kind != SNUG_SET) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "there is no limit that is known");
        return;
    }
    const uint64_t milli = snug_figures_milli(limit);
    const unsigned count = patient->advice.cpu.count;
    if (count * (uint64_t)1000 <= milli) {
        snug_finding_see(ret, SNUG_GRADE_OK, "%s for a limit of %s",
                         snug_amount_cpus(count * (uint64_t)1000).text,
                         snug_amount_cpus(milli).text);
        return;
    }
    snug_finding_see(ret, SNUG_GRADE_NOTE, "%s for a limit of %s",
                     snug_amount_cpus(count * (uint64_t)1000).text,
                     snug_amount_cpus(milli).text);
    snug_finding_follow(ret, "Threads that all work use the limit up before a period ends, "
                             "and then wait for the next.");
    if (milli < 1000)
        snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {limits: {cpu: \"%u\"}}", count);
    else
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "cpu.round = down\n%s",
                          milli < 2000 ? "cpu.min = 1\n" : "");
}

static void look_at_ancestor(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_cpu_facts *cpu = &patient->subject->facts.cpu;
    if (cpu->limit.kind != SNUG_SET) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "there is no limit that is known");
    } else if (cpu->own.kind == SNUG_SET &&
               snug_figures_milli(&cpu->own) == snug_figures_milli(&cpu->limit)) {
        snug_finding_see(ret, SNUG_GRADE_OK, "the limit is the own cgroup's");
    } else if (!patient->has_process || snug_entrance_is_used(patient)) {
        snug_finding_see(ret, SNUG_GRADE_OK, "the limit is that of %s, which snug counts",
                         cpu->limit.from);
    } else if (patient->subject->facts.variables.gomaxprocs != SNUG_OWNER_NOBODY) {
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "the limit is that of %s, and GOMAXPROCS says the count",
                         cpu->limit.from);
    } else {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "the limit is that of %s",
                         cpu->limit.from);
        snug_finding_follow(ret, "Go, of every release, reads no limit but that of its own "
                                 "cgroup.");
        snug_entrance_mend(patient, ret);
    }
}

static void look_at_count(const struct snug_patient *patient, struct snug_finding *ret)
{
    const unsigned count = patient->advice.cpu.count;
    uint64_t by_hand;
    if (patient->subject->facts.variables.gomaxprocs != SNUG_OWNER_USER ||
        snug_text_u64(snug_entries_value(patient->subject->entries, "GOMAXPROCS"),
                      &by_hand) < 0) {
        snug_finding_see(ret, SNUG_GRADE_OK, "GOMAXPROCS is not set by hand");
        return;
    }
    if (limit_of(patient)->kind == SNUG_UNKNOWN || !count || by_hand == count) {
        snug_finding_see(ret, SNUG_GRADE_OK, "GOMAXPROCS is %lu, by hand", by_hand);
        return;
    }
    snug_finding_see(ret, by_hand > count ? SNUG_GRADE_WARNING : SNUG_GRADE_NOTE,
                     "GOMAXPROCS is %lu, by hand, where %u fit", by_hand, count);
    snug_finding_follow(ret, by_hand > count
                                 ? "More threads than the limit has CPUs for use it up "
                                   "before a period ends, and all wait for the next."
                                 : "The program cannot use all of its limit.");
    snug_finding_mend(ret, SNUG_PLACE_SHELL, "unset GOMAXPROCS");
}

/* What the periods with work had of the limit, in a hundred; false if that is not known. */
static bool find_use(const struct snug_patient *patient, uint64_t *ret)
{
    const struct snug_cpu_evidence *cpu = &patient->cpu;
    const struct snug_quota *limit = limit_of(patient);
    uint64_t all_usec;
    if (!cpu->usage_usec.is_known ||
        __builtin_mul_overflow(cpu->periods.number, limit->quota_usec, &all_usec))
        return false;
    *ret = snug_amount_percent(cpu->usage_usec.number, all_usec);
    return *ret <= MOST_PERCENT;
}

/* What a window had of the limit, with periods without work; false if there is none. */
static bool find_use_of_window(const struct snug_patient *patient, uint64_t *ret)
{
    const struct snug_quota *limit = limit_of(patient);
    uint64_t all_usec;
    if (!patient->window_sec || !patient->cpu.usage_usec.is_known || !limit->period_usec ||
        __builtin_mul_overflow(patient->window_sec * USEC, limit->quota_usec, &all_usec))
        return false;
    *ret =
        snug_amount_percent(patient->cpu.usage_usec.number, all_usec / limit->period_usec);
    return true;
}

static void tell_throttled(const struct snug_patient *patient, uint64_t share,
                           const char *seen, struct snug_finding *ret)
{
    const uint64_t milli = snug_figures_milli(limit_of(patient));
    const uint64_t twice = milli > UINT64_MAX / 2 - 1000 ? milli : 2 * milli;
    uint64_t use;
    if (!find_use(patient, &use)) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "throttled %s; why is unknown: what was "
                         "used under this limit is not told",
                         seen);
        snug_finding_follow(ret, "Requests wait for the next period.");
        return;
    }
    /* What is throttled has used up its period, whatever the clocks make of it. */
    if (use >= AT_LIMIT_PERCENT || share >= AT_LIMIT_PERCENT) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "short of CPUs: throttled %s; %lu %% of the limit was used "
                         "whenever there was work",
                         seen, use);
        snug_finding_follow(ret, "The work wants more than %s, and requests wait for it.",
                            snug_amount_cpus(milli).text);
        snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {limits: {cpu: \"%lu\"}}",
                          (twice + 999) / 1000);
        return;
    }
    if (patient->subject->tracing.has_file) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "tracing: throttled %s, although only %lu %% of the limit was "
                         "used in the periods with work, and it writes a trace",
                         seen, use);
        snug_finding_follow(ret, "A trace stops all threads when it begins, and costs CPU "
                                 "time at each event. Look again when it has ended: what "
                                 "is throttled then is the program's own work.");
        return;
    }
    snug_finding_see(ret, SNUG_GRADE_WARNING,
                     "bursts: throttled %s, although only %lu %% of the limit was used in "
                     "the periods with work",
                     seen, use);
    snug_finding_follow(ret, "Too many threads work at once for a moment: a garbage "
                             "collection, a trace or a profile, or work that comes in "
                             "batches. More CPUs are not what is missing.");
    if (patient->advice.cpu.count * (uint64_t)1000 > milli && milli >= 1000)
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "cpu.round = down\n%s",
                          milli < 2000 ? "cpu.min = 1\n" : "");
    else if (patient->has_process && !snug_entrance_is_used(patient))
        snug_entrance_mend(patient, ret);
}

static void look_at_throttled(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_cpu_evidence *cpu = &patient->cpu;
    const enum snug_kind kind = limit_of(patient)->kind;
    char since[64] = "so far";
    char seen[160];
    if (patient->window_sec)
        (void)snprintf(since, sizeof since, "in %lu s", patient->window_sec);
    if (kind == SNUG_NONE) {
        snug_finding_see(ret, SNUG_GRADE_OK, "no limit is set, so nothing is throttled");
        return;
    }
    if (kind == SNUG_UNKNOWN || !cpu->periods.is_known || !cpu->throttled.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "unknown: %s",
                         kind == SNUG_UNKNOWN ? "the limit is not known"
                                              : "cpu.stat cannot be read");
        return;
    }
    if (cpu->periods.number < FEW_PERIODS) {
        snug_finding_see(ret, SNUG_GRADE_OK, "idle: there was work in %lu periods %s",
                         cpu->periods.number, since);
        return;
    }
    const uint64_t share = snug_amount_percent(cpu->throttled.number, cpu->periods.number);
    (void)snprintf(seen, sizeof seen, "in %lu %% of %lu periods %s, for %s", share,
                   cpu->periods.number, since, snug_amount_usec(cpu->throttled_usec).text);
    uint64_t use;
    if (share < FEW_PERCENT && find_use_of_window(patient, &use) && use < IDLE_PERCENT)
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "idle: %lu %% of the limit was used %s, with work in %lu periods",
                         use, since, cpu->periods.number);
    else if (share < FEW_PERCENT && find_use(patient, &use) && use < IDLE_PERCENT)
        snug_finding_see(ret, SNUG_GRADE_OK,
                         "idle: %lu %% of the limit was used in %lu periods with work %s",
                         use, cpu->periods.number, since);
    else if (share < FEW_PERCENT)
        snug_finding_see(ret, SNUG_GRADE_OK, "throttled %s", seen);
    else
        tell_throttled(patient, share, seen, ret);
}

/* Without a cpu.pressure, as with cgroup v1: what all the machine's threads wait tells who
 * is to be asked. */
static void look_at_machine(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_figure waited = patient->cpu.machine_pressure.some;
    if (!waited.is_known || waited.number < WAITED_HUNDREDTHS)
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         "there is no cpu.pressure: cgroup v1, or PSI is off");
    else
        snug_finding_see(
            ret, SNUG_GRADE_NOTE,
            "there is no cpu.pressure; on the machine some thread waited for a CPU "
            "in %lu.%02lu %% of the last 10 s",
            waited.number / 100, waited.number % 100);
}

static void look_at_pressure(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_figure waited = patient->cpu.pressure.some;
    const struct snug_quota *limit = limit_of(patient);
    if (!waited.is_known) {
        look_at_machine(patient, ret);
        return;
    }
    const bool is_throttled =
        patient->cpu.throttled.number &&
        snug_amount_percent(patient->cpu.throttled.number, patient->cpu.periods.number) >=
            FEW_PERCENT;
    snug_finding_see(ret, SNUG_GRADE_OK,
                     "some thread waited for a CPU in %lu.%02lu %% of the last 10 s%s",
                     waited.number / 100, waited.number % 100,
                     is_throttled ? ", throttling included" : "");
    if (waited.number < WAITED_HUNDREDTHS || is_throttled)
        return;
    ret->grade = SNUG_GRADE_WARNING;
    snug_finding_follow(ret, "It is not the limit: other work takes the machine's CPUs.");
    const uint64_t milli = limit->kind == SNUG_SET ? snug_figures_milli(limit) : 1000;
    snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {requests: {cpu: \"%lum\"}}", milli);
}

static const struct snug_check checks[] = {
    {"cpu.visible", "Is the CPU limit known?", look_at_visible},
    {"cpu.whole", "Has the limit whole CPUs, as many as are planned?", look_at_whole},
    {"cpu.ancestor", "Is the tightest limit one that Go reads?", look_at_ancestor},
    {"cpu.count", "Does a GOMAXPROCS that is set by hand fit?", look_at_count},
    {"cpu.throttled", "Is it throttled, and by what?", look_at_throttled},
    {"cpu.pressure", "Does it wait for CPUs that others use?", look_at_pressure},
};

const struct snug_family snug_cpu_checks = {checks, sizeof checks / sizeof *checks};
