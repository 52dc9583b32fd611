/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Gathers what the checks look at. All reading goes through the subject's root, so that a
 * captured tree gives the same answers.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "snug/cli/doctor/patient.h"
#include "snug/facts/program.h"
#include "snug/policy/values.h"

/* What the plan is if nothing stands in its way. */
static void advise(const struct snug_subject *subject, struct snug_plan *ret)
{
    static struct snug_facts facts;
    static struct snug_policy policy;
    facts = subject->facts;
    policy = subject->policy;
    facts.variables.gomaxprocs = SNUG_OWNER_NOBODY;
    facts.variables.gomemlimit = SNUG_OWNER_NOBODY;
    policy.is_off = false;
    if (!facts.program.is_go)
        snug_program_assume(&facts.program);
    /* Mistakes in it are the policy's, and have been told. */
    const uint64_t request_milli =
        snug_values_is(&policy.setting[SNUG_CPU_REQUEST], SNUG_WORD_REQUEST_ENV)
            ? snug_policy_request_milli(&policy, subject->entries)
            : 0;
    snug_plan_make(&facts, &policy, request_milli, ret);
}

/* gVisor names one and the same kernel, whatever runs below it. */
static bool is_gvisor(const struct snug_root *root)
{
    char text[512];
    size_t n;
    return snug_file_read(root, "/proc/version", sizeof text, text, &n) == 0 &&
           snug_text_starts((struct snug_text){text, n},
                            "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016");
}

/* `always [madvise] never`: what is chosen. */
static void read_huge(const struct snug_root *root, struct snug_patient *ret)
{
    static const char top[] = "/sys/kernel/mm/transparent_hugepage/";
    char path[96];
    char text[64];
    size_t n;
    (void)snprintf(path, sizeof path, "%senabled", top);
    if (snug_file_read(root, path, sizeof text, text, &n) < 0)
        return;
    struct snug_text rest = {text, n};
    struct snug_text word;
    while (snug_text_cut_word(&rest, &word))
        if (word.n > 2 && word.at[0] == '[' && word.at[word.n - 1] == ']')
            (void)snug_text_copy((struct snug_text){word.at + 1, word.n - 2},
                                 sizeof ret->huge_mode, ret->huge_mode); /* Or it is "". */
    (void)snprintf(path, sizeof path, "%skhugepaged/max_ptes_none", top);
    ret->n_huge_none.is_known = snug_file_read(root, path, sizeof text, text, &n) == 0 &&
                                snug_text_u64(snug_text_trim((struct snug_text){text, n}),
                                              &ret->n_huge_none.number) == 0;
}

static struct snug_figure less(struct snug_figure now, struct snug_figure before)
{
    now.is_known = now.is_known && before.is_known && now.number >= before.number;
    now.number -= before.number;
    return now.is_known ? now : (struct snug_figure){0};
}

static void look_again(const struct snug_subject *subject, uint64_t window_sec,
                       struct snug_patient *ret)
{
    const struct snug_cpu_evidence before = ret->cpu;
    struct snug_condition then = {0};
    if (ret->has_process)
        snug_condition_read_own(&subject->root, &then);
    ret->threads_before = then.threads;
    struct timespec left = {.tv_sec = (time_t)window_sec};
    while (nanosleep(&left, &left) < 0)
        continue;
    snug_evidence_read(&subject->root, &subject->facts, NULL, &ret->cpu, &ret->memory);
    ret->cpu.periods = less(ret->cpu.periods, before.periods);
    ret->cpu.throttled = less(ret->cpu.throttled, before.throttled);
    ret->cpu.throttled_usec = less(ret->cpu.throttled_usec, before.throttled_usec);
    ret->cpu.usage_usec = less(ret->cpu.usage_usec, before.usage_usec);
}

static void read_process(const struct snug_subject *subject, struct snug_peers *peers,
                         struct snug_patient *ret)
{
    if (peers) {
        snug_condition_read_own(&subject->root, &ret->condition);
        snug_peers_count(peers, (uint64_t)subject->root.pid, &ret->condition);
    } else {
        snug_condition_read(&subject->root, &ret->condition);
    }
    snug_makeup_read(subject, &ret->makeup);
    snug_lineage_read(&subject->root, &ret->condition, &ret->lineage);
    snug_sockets_read(&subject->root, &ret->sockets);
    snug_connections_read(&subject->root, &ret->sockets, peers ? &peers->networks : NULL,
                          &ret->connections);
    ret->new_threads = less(ret->condition.threads, ret->threads_before);
}

/* Where there are several nodes. */
static void read_spread(const struct snug_subject *subject, struct snug_spread *ret)
{
    static struct snug_cgroup cpu;
    static struct snug_cgroup memory;
    if (subject->facts.nodes.n_online < 2)
        return;
    snug_cgroup_find(&subject->root, &cpu, &memory);
    if (memory.has_directory && memory.why == SNUG_WHY_NOTHING)
        snug_spread_read(&subject->root, &memory, ret);
}

void snug_patient_examine(const struct snug_subject *subject, uint64_t window_sec,
                          struct snug_peers *peers, struct snug_patient *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->subject = subject;
    ret->window_sec = window_sec;
    ret->has_process = subject->root.pid || subject->is_captured_process;
    ret->has_program = ret->has_process || subject->has_program;
    advise(subject, &ret->advice);
    ret->is_gvisor = is_gvisor(&subject->root);
    snug_evidence_read(&subject->root, &subject->facts, peers ? &peers->crowd : NULL,
                       &ret->cpu, &ret->memory);
    if (window_sec)
        look_again(subject, window_sec, ret);
    if (ret->has_process)
        read_process(subject, peers, ret);
    snug_live_read(subject, !peers, &ret->live);
    read_spread(subject, &ret->spread);
    read_huge(&subject->root, ret);
    snug_zone_read(&subject->root, subject->entries, &ret->zone);
    snug_preloads_read(&subject->root, subject->entries, &ret->preloads);
}

const char *snug_patient_lacks(const struct snug_patient *patient, bool needs_modules)
{
    const struct snug_program *program = &patient->subject->facts.program;
    if (!patient->has_program)
        return "no program was named";
    if (!program->is_go)
        return "the program is not known to be Go";
    if (!program->go_minor)
        return "its Go release is not known";
    if (needs_modules && !patient->subject->executable.build.is_known)
        return "it does not say of what it was built";
    return NULL;
}

const struct snug_bytes *snug_patient_memory_limit(const struct snug_patient *patient)
{
    return &patient->subject->facts.memory.limit;
}

bool snug_patient_sets(const struct snug_patient *patient, enum snug_key key)
{
    return patient->subject->policy.setting[key].source != SNUG_FROM_DEFAULT;
}

void snug_patient_release(struct snug_patient *patient)
{
    snug_sockets_close(&patient->sockets);
}
