/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Threads, children and signals of a process that runs.
 */
#include <signal.h>

#include "snug/cli/doctor/checks.h"

enum { THREADS_BASE = 100, THREADS_PER_CPU = 4 };

static const char no_process[] = "no process was named: use --pid";

static void look_at_threads(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_figure threads = patient->condition.threads;
    const uint64_t many =
        THREADS_BASE + (uint64_t)THREADS_PER_CPU * patient->subject->facts.cpu.n_allowed;
    if (!threads.is_known) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s",
                         patient->has_process ? "its status cannot be read" : no_process);
    } else if (threads.number <= many) {
        snug_finding_see(ret, SNUG_GRADE_OK, "%lu threads", threads.number);
    } else {
        snug_finding_see(ret, SNUG_GRADE_WARNING, "%lu threads, more than %lu",
                         threads.number, many);
        snug_finding_follow(ret, "Go never ends a thread, unless its goroutine ends while "
                                 "locked to it. Calls that block in C or in files, and "
                                 "runtime.LockOSThread, make more. The mend names who "
                                 "makes them, and cures nothing.");
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "threads.warn = 100\nlog = info\n");
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
        snug_finding_mend(ret, SNUG_PLACE_SHELL, "snug run --init -- %s",
                          patient->subject->executable.path[0]
                              ? patient->subject->executable.path
                              : "PROGRAM");
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
            snug_finding_mend(ret, SNUG_PLACE_SHELL, "snug run --init -- %s",
                              patient->subject->executable.path[0]
                                  ? patient->subject->executable.path
                                  : "PROGRAM");
    }
}

static void look_at_seccomp(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_privilege_facts *privileges = &patient->subject->facts.privileges;
    switch (privileges->seccomp) {
    case SNUG_SECCOMP_UNKNOWN:
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "its status does not tell");
        return;
    case SNUG_SECCOMP_OFF:
        snug_finding_see(ret, SNUG_GRADE_OK, "no filter is active");
        return;
    case SNUG_SECCOMP_STRICT:
    case SNUG_SECCOMP_FILTER:
        break;
    }
    snug_finding_see(ret, SNUG_GRADE_OK,
                     "a filter is active; snug tries in a child what it may do. What a "
                     "profile refuses: snug explain --seccomp PROFILE.json -- PROGRAM");
}

static const struct snug_check checks[] = {
    {"process.threads", "Has it many more threads than it has CPUs for?", look_at_threads},
    {"process.zombies", "Are children waited for that have ended?", look_at_zombies},
    {"process.term", "Does SIGTERM end it?", look_at_term},
    {"process.seccomp", "Is a seccomp filter active?", look_at_seccomp},
};

const struct snug_family snug_process_checks = {checks, sizeof checks / sizeof *checks};
