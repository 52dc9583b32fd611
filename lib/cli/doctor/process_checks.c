/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Threads, children and signals of a process that runs.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "snug/base/calls.h"
#include "snug/cli/doctor/checks.h"
#include "snug/cli/subject/amount.h"
#include "snug/cli/subject/needed.h"

enum { THREADS_BASE = 100, THREADS_PER_CPU = 4, NEAR_PERCENT = 80 };

static const char no_process[] = "no process was named: use --pid";

/* An init in front of the program, which hands signals on and reaps. */
static void mend_by_init(const struct snug_patient *patient, struct snug_finding *ret)
{
    snug_finding_mend(ret, SNUG_PLACE_SHELL, "snug run --init -- %s",
                      snug_finding_word(patient->subject->executable.path, "PROGRAM"));
}

/* `pause 1, service 12 (2 processes)`: of each container, where several are to be seen. */
static void put_containers(const struct snug_containers *containers,
                           struct snug_builder *out)
{
    for (unsigned i = 0; i < containers->n && containers->n > 1; i++) {
        const struct snug_container *member = &containers->member[i];
        snug_text_put(out, i ? ", " : "; by container: ");
        snug_text_put(out, member->name);
        snug_text_put(out, " ");
        snug_text_put_u64(out, member->n_threads);
        if (member->n_processes == 1)
            continue;
        snug_text_put(out, " (");
        snug_text_put_u64(out, member->n_processes);
        snug_text_put(out, " processes)");
    }
}

/* Near the cgroup's limit of process ids. */
static bool is_near_limit(const struct snug_containers *containers)
{
    return containers->n_ids.is_known && containers->max_ids.is_known &&
           snug_amount_percent(containers->n_ids.number, containers->max_ids.number) >=
               NEAR_PERCENT;
}

static void tell_near(const struct snug_containers *containers, struct snug_finding *ret)
{
    snug_finding_see(ret, SNUG_GRADE_WARNING,
                     "its cgroup has %lu threads and processes, and may have %lu",
                     containers->n_ids.number, containers->max_ids.number);
    snug_finding_follow(ret, "Go ends where it gets no thread that it needs, and no child "
                             "can be started. In a pod the limit is the kubelet's "
                             "podPidsLimit.");
    snug_finding_mend(ret, SNUG_PLACE_CONTAINER, "echo %lu >%s",
                      2 * containers->max_ids.number,
                      snug_finding_word(containers->from, "pids.max"));
}

static const char of_go[] =
    "Go never ends a thread, unless its goroutine ends while locked to it. Calls that "
    "block in C or in files, and runtime.LockOSThread, make more. Where, "
    "/debug/pprof/goroutine?debug=2 shows, and SIGQUIT, which ends the program: look for "
    "\"locked to thread\". ";

static void look_at_threads(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_figure threads = patient->condition.threads;
    const uint64_t many =
        THREADS_BASE + (uint64_t)THREADS_PER_CPU * patient->subject->facts.cpu.n_allowed;
    char since[64] = "";
    char text[384];
    struct snug_builder by_container = snug_text_build(text, sizeof text);
    put_containers(&patient->live.containers, &by_container);
    if (patient->new_threads.number)
        (void)snprintf(since, sizeof since, ", %lu of them in the last %lu s",
                       patient->new_threads.number, patient->window_sec);
    if (!threads.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s",
                         patient->has_process ? "its status cannot be read" : no_process);
    } else if (threads.number > many) {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "%lu threads, more than %lu%s%s",
                         threads.number, many, since, text);
        snug_finding_follow(ret,
                            "%sThe mend logs, at 200 threads, which C code makes them, "
                            "and cures nothing.",
                            patient->subject->facts.program.is_go ? of_go : "");
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "threads.warn = 100\n");
    } else if (is_near_limit(&patient->live.containers)) {
        tell_near(&patient->live.containers, ret);
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "%lu %s%s%s", threads.number,
                         threads.number == 1 ? "thread" : "threads", since, text);
    }
}

static void look_at_zombies(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_condition *condition = &patient->condition;
    if (!patient->has_process) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", no_process);
    } else if (!condition->zombies.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "its children cannot be seen");
    } else if (!condition->zombies.number) {
        snug_finding_see(ret, SNUG_GRADE_OK, "no child has ended without being waited for");
    } else {
        const bool is_one = condition->zombies.number == 1;
        snug_finding_see(ret, SNUG_GRADE_WARNING, "%lu %s not waited for%s %s",
                         condition->zombies.number,
                         is_one ? "child has ended and was"
                                : "children have ended and were",
                         is_one ? ":" : ", such as", condition->zombie);
        snug_finding_follow(ret, "Each keeps a process id, of which a pod has few. Orphans "
                                 "come to PID 1, and a program is seldom made for that.");
        mend_by_init(patient, ret);
    }
}

static void look_at_term(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_condition *condition = &patient->condition;
    const uint64_t term = (uint64_t)1 << (SIGTERM - 1);
    if (!patient->has_process) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", no_process);
    } else if (!condition->has_signals || !condition->pid) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "its status does not tell");
    } else if (condition->caught & term) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it has a handler for SIGTERM");
    } else if (condition->blocked & term || condition->awaits_signals) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it waits for signals, or blocks SIGTERM");
    } else if (condition->pid != 1 && !(condition->ignored & term)) {
        snug_finding_see(ret, SNUG_GRADE_OK, "SIGTERM ends it, as the kernel does it");
    } else {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "SIGTERM does nothing: %s",
                         condition->ignored & term
                             ? "it is ignored"
                             : "it is PID 1 and has no handler for it");
        snug_finding_follow(ret, "At each stop the pod waits for all of its grace period, "
                                 "and is killed then with requests in flight. A shell in "
                                 "front of the program hands nothing on.");
        if (!(condition->ignored & term))
            mend_by_init(patient, ret);
    }
}

/* PID 1, if it is above the process and known. */
static const struct snug_ancestor *find_first(const struct snug_lineage *lineage)
{
    return lineage->is_whole && lineage->n ? &lineage->ancestor[lineage->n - 1] : NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* What stops a machine's services is not a SIGTERM to PID 1. */
static bool is_machines(const struct snug_ancestor *first)
{
    static const char *const names[] = {"init", "systemd", NULL};
    return is_one_of(first->name, names);
}

static bool is_shell(const struct snug_ancestor *ancestor)
{
    static const char *const names[] = {"sh", "bash", "dash", "ash", "busybox", NULL};
    return is_one_of(ancestor->name, names);
}

/* Inits that hand signals on to their own child alone; others do to its process group. */
static bool hands_on_to_one(const struct snug_ancestor *first)
{
    static const char *const names[] = {"tini", "docker-init", "catatonit", NULL};
    return is_one_of(first->name, names);
}

static void look_at_chain(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_lineage *lineage = &patient->lineage;
    const struct snug_ancestor *first = find_first(lineage);
    const struct snug_ancestor *below = first && lineage->n > 1 ? first - 1 : NULL;
    if (!patient->has_process) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", no_process);
    } else if (patient->condition.pid == 1) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it is PID 1, which gets it first");
    } else if (!first) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "the way to PID 1 cannot be seen");
    } else if (!first->takes_term && !is_machines(first)) {
        snug_finding_see(ret, SNUG_GRADE_WARNING,
                         "PID 1 is %s, and SIGTERM does nothing "
                         "to it",
                         first->name);
        snug_finding_follow(ret, "At a stop the program hears of nothing until it is "
                                 "killed, at the end of the grace period. A PreStop hook "
                                 "takes from the same period.");
        mend_by_init(patient, ret);
    } else if (below && is_shell(below) && !below->takes_term && !below->ignores_term &&
               hands_on_to_one(first)) {
        snug_finding_see(ret, SNUG_GRADE_NOTE,
                         "%s stands between PID 1, which is %s, and "
                         "the program",
                         below->name, first->name);
        snug_finding_follow(ret, "The SIGTERM that is handed on ends the shell, and the "
                                 "program is killed with the container. With exec in front "
                                 "of the program's line there is no shell.");
        mend_by_init(patient, ret);
    } else {
        snug_finding_see(ret, SNUG_GRADE_OK, "PID 1 is %s, which takes it", first->name);
    }
}

static void look_at_reaper(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_condition *condition = &patient->condition;
    const struct snug_ancestor *first = find_first(&patient->lineage);
    const uint64_t child = (uint64_t)1 << (SIGCHLD - 1);
    const bool is_go = patient->subject->facts.program.is_go;
    if (!patient->has_process) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", no_process);
    } else if (!condition->pid || !condition->children.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "its children cannot be seen");
    } else if (condition->pid != 1) {
        snug_finding_see(ret, SNUG_GRADE_OK, "orphans do not come to it%s%s",
                         first ? ", but to PID 1, which is " : "",
                         first ? first->name : "");
    } else if (!condition->children.number) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it is PID 1, and has no children");
    } else if (condition->ignored & child || condition->awaits_signals ||
               (condition->caught & child && !is_go)) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it is PID 1, and hears of children that end");
    } else {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "it is PID 1, and has %lu %s",
                         condition->children.number,
                         condition->children.number == 1 ? "child" : "children");
        snug_finding_follow(ret, "What a child leaves behind comes to PID 1, and a program "
                                 "waits for nothing that it has not started: zombies would "
                                 "use up the pod's process ids.");
        mend_by_init(patient, ret);
    }
}

static void look_at_zone(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_zone *zone = &patient->zone;
    if (!zone->is_known || (patient->has_process && !patient->subject->entries)) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "neither TZ nor /etc/localtime tells");
    } else if (zone->is_utc) {
        snug_finding_see(ret, SNUG_GRADE_OK, "it is UTC");
    } else if (zone->lacks_file) {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "TZ is %s, of which there is no file",
                         zone->name);
        snug_finding_follow(ret, "Go takes UTC then, unless the program has zones built "
                                 "in (time/tzdata).");
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT, "TZ=UTC");
    } else {
        snug_finding_see(ret, SNUG_GRADE_NOTE, "it is %s by %s",
                         zone->name[0] ? zone->name : "another one",
                         zone->is_of_variable ? "TZ" : "/etc/localtime");
        snug_finding_follow(ret, "Local times in logs do not compare with those of other "
                                 "containers, and may leap twice a year.");
        snug_finding_mend(ret, SNUG_PLACE_ENVIRONMENT, "TZ=UTC");
    }
}

/* `futex (errno 1), clone (kills)`: those that do harm, or those that do none. */
static void put_refused(const struct snug_trials *trials, bool is_harmless,
                        struct snug_builder *out)
{
    for (unsigned i = 0; i < trials->n; i++) {
        const struct snug_refused *refused = &trials->refused[i];
        if (refused->is_harmless != is_harmless)
            continue;
        snug_text_put(out, out->n ? ", " : "");
        snug_calls_put_name(out, refused->number);
        if (is_harmless)
            continue;
        snug_text_put(out, refused->error ? " (errno " : " (kills");
        if (refused->error)
            snug_text_put_u64(out, refused->error);
        snug_text_put(out, ")");
    }
}

static void mend_profile(const struct snug_trials *trials, struct snug_finding *ret)
{
    char text[SNUG_FINDING_BYTES - 64];
    struct snug_builder names = snug_text_build(text, sizeof text);
    for (unsigned i = 0; i < trials->n; i++) {
        if (trials->refused[i].is_harmless)
            continue;
        snug_text_put(&names, names.n ? ", \"" : "\"");
        snug_calls_put_name(&names, trials->refused[i].number);
        snug_text_put(&names, "\"");
    }
    snug_finding_mend(ret, SNUG_PLACE_PROFILE,
                      "{\"names\": [%s], \"action\": \"SCMP_ACT_ALLOW\"}", text);
}

static const char *say_cut(const struct snug_trials *trials)
{
    for (unsigned i = 0; trials->is_cut && i < trials->n; i++)
        if (!trials->refused[i].error)
            return "; as it kills, not all were tried";
    return trials->is_cut ? "; there is no room for what else was or would be tried" : "";
}

static void tell_trials(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_trials *trials = &patient->live.trials;
    const char *who = snug_needed_words(patient->subject);
    char text[512];
    struct snug_builder out = snug_text_build(text, sizeof text);
    put_refused(trials, false, &out);
    if (out.n) {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "the filter refuses what %s make%s: %s%s",
                         who, strstr(who, " and ") ? "" : "s", text, say_cut(trials));
        snug_finding_follow(ret, "The program fails, or is killed, when it comes to such a "
                                 "call, which may be rare.");
        mend_profile(trials, ret);
        return;
    }
    put_refused(trials, true, &out);
    snug_finding_see(ret, SNUG_GRADE_OK,
                     "a filter is active, and of the %u calls that %s make%s, it refuses "
                     "%s%s",
                     trials->n_tried, who, strstr(who, " and ") ? "" : "s",
                     out.n ? text : "none", out.n ? ", which does no harm" : "");
}

static void look_at_seccomp(const struct snug_patient *patient, struct snug_finding *ret)
{
    static const char *const why[SNUG_TRIALS_N_STATES] = {
        [SNUG_TRIALS_NOT_HERE] = "what it refuses can be tried only where it is in force",
        [SNUG_TRIALS_NO_FILTER] = "its status does not tell",
        [SNUG_TRIALS_OTHER] = "what it refuses can be tried only inside the container",
        [SNUG_TRIALS_FAILED] = "what it refuses cannot be tried: no child may be made",
    };
    const enum snug_seccomp seccomp = patient->subject->facts.privileges.seccomp;
    const enum snug_trials_state state = patient->live.trials.state;
    if (seccomp == SNUG_SECCOMP_UNKNOWN)
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "its status does not tell");
    else if (seccomp == SNUG_SECCOMP_OFF)
        snug_finding_see(ret, SNUG_GRADE_OK, "no filter is active");
    else if (!snug_needed_words(patient->subject))
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         "a filter is active; nobody knows the needs of a static program "
                         "that is not Go");
    else if (state != SNUG_TRIALS_MADE)
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         "a filter is active; %s. Of a profile it is told too by: snug "
                         "explain --seccomp PROFILE.json -- PROGRAM",
                         why[state]);
    else
        tell_trials(patient, ret);
}

static const struct snug_check checks[] = {
    {"process.threads", "Has it many more threads than it has CPUs for?", look_at_threads},
    {"process.zombies", "Are children waited for that have ended?", look_at_zombies},
    {"process.term", "Does SIGTERM end it?", look_at_term},
    {"process.chain", "Does the SIGTERM of a stop come to it?", look_at_chain},
    {"process.reaper", "Would orphans be waited for?", look_at_reaper},
    {"process.zone", "Is its time zone UTC?", look_at_zone},
    {"process.seccomp", "Does a seccomp filter refuse what is needed?", look_at_seccomp},
};

const struct snug_family snug_process_checks = {checks, sizeof checks / sizeof *checks};
