/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether a container's limits are its own. One without limits in a pod that has some sees
 * the pod's as its own, and so does its neighbour. Inside nothing shows it.
 */
#include <stdio.h>

#include "snug/cli/subject/amount.h"
#include "snug/cli/doctor/checks.h"

enum { MIB_LOG2 = 20 };

/* The container's is none, or as large. */
static bool is_pods(const struct snug_bound *own, const struct snug_bound *pod)
{
    return pod->kind == SNUG_SET && (own->kind == SNUG_NONE ||
                                     (own->kind == SNUG_SET && own->number >= pod->number));
}

static void tell_memory(const struct snug_pod *pod, struct snug_finding *ret)
{
    const unsigned n = pod->n_others + 1;
    snug_finding_see(
        ret, SNUG_GRADE_WARNING,
        "the memory limit is the pod's, %s, and %u containers share it",
        snug_amount_bytes((struct snug_figure){true, pod->pod_bytes.number}).text, n);
    snug_finding_follow(ret, "Each Go program plans with all of it. Together they pass it, "
                             "and one of them is killed.");
    if (pod->own_bytes.kind == SNUG_SET)
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "memory.share = %u%%\n",
                          n < 100 ? 100 / n : 1);
    else
        snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {limits: {memory: \"%luMi\"}}",
                          (pod->pod_bytes.number >> MIB_LOG2) / n);
}

static void tell_cpu(const struct snug_pod *pod, struct snug_finding *ret)
{
    const unsigned n = pod->n_others + 1;
    snug_finding_see(ret, SNUG_GRADE_NOTE,
                     "the CPU limit is the pod's, %s, and %u containers share it",
                     snug_amount_cpus(pod->pod_milli.number).text, n);
    snug_finding_follow(ret, "Each plans with all of it, and where one uses it up all of "
                             "them wait for the next period.");
    snug_finding_mend(ret, SNUG_PLACE_POD, "resources: {limits: {cpu: \"%lum\"}}",
                      pod->pod_milli.number / n);
}

static void look_at_pod(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_pod *pod = &patient->live.pod;
    const bool has_share = snug_patient_sets(patient, SNUG_MEMORY_SHARE) ||
                           snug_patient_sets(patient, SNUG_MEMORY_LIMIT);
    if (!patient->has_process)
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "no process was named: use --pid");
    else if (!pod->is_seen)
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         "no cgroup of a pod is to be seen above it; on the node one is");
    else if (!pod->n_others)
        snug_finding_see(ret, SNUG_GRADE_OK, "no other container is in its pod");
    else if (is_pods(&pod->own_bytes, &pod->pod_bytes) && !has_share)
        tell_memory(pod, ret);
    else if (is_pods(&pod->own_milli, &pod->pod_milli) &&
             !snug_patient_sets(patient, SNUG_CPU_COUNT))
        tell_cpu(pod, ret);
    else
        snug_finding_see(ret, SNUG_GRADE_OK, "the %s",
                         has_share ? "policy says what this program may take"
                                   : "limits are its own, or there are none");
}

static const struct snug_check checks[] = {
    {"limits.pod", "Are the container's limits its own, and not its pod's?", look_at_pod},
};

const struct snug_family snug_limits_checks = {checks, sizeof checks / sizeof *checks};
