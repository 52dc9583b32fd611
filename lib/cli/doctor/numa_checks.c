/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether a Go program's heap lies where its threads run, and whether snug may place it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "snug/cli/subject/amount.h"
#include "snug/cli/doctor/checks.h"
#include "snug/plan/placement.h"

enum {
    AWAY_PERCENT = 25, /* Of the heap on nodes where the process has no CPUs. */
    ONE_PERCENT = 90,  /* So much on one node is all of it. */
    ARENA_LOG2 = 26,   /* What lies on one node together, if it is placed. */
    N_ARENAS = 3,      /* Fewer cannot be shared out. */
    N_ENOUGH = 16,     /* Pages, or nothing is to be said. */
    MOST_PERCENT = 80, /* Of a cgroup's memory in one process. */
    CAP_SYS_NICE = 23,
};

/* A bit for each node that has one of the allowed CPUs. */
static uint64_t nodes_of_cpus(const struct snug_facts *facts)
{
    const struct snug_cpus *allowed = &facts->cpu.allowed;
    uint64_t ret = 0;
    for (unsigned cpu = snug_cpus_next(allowed, 0); cpu < SNUG_CPUS_MAX;
         cpu = snug_cpus_next(allowed, cpu + 1))
        if (facts->nodes.node_of[cpu] < SNUG_NODES_MAX)
            ret |= (uint64_t)1 << facts->nodes.node_of[cpu];
    return ret;
}

static unsigned n_cpus_on(const struct snug_facts *facts, unsigned node)
{
    const struct snug_cpus *allowed = &facts->cpu.allowed;
    unsigned ret = 0;
    for (unsigned cpu = snug_cpus_next(allowed, 0); cpu < SNUG_CPUS_MAX;
         cpu = snug_cpus_next(allowed, cpu + 1))
        ret += facts->nodes.node_of[cpu] == node;
    return ret;
}

/* How much of the heap lies on each node, in whatever unit. */
struct shares {
    uint64_t all; /* 0: not known. */
    uint64_t on_node[SNUG_NODES_MAX];
    char by[96];
};

static void share_pages(const struct snug_heap_nodes *heap, struct shares *ret)
{
    *ret = (struct shares){0};
    if (!heap->is_known || heap->n_pages < N_ENOUGH)
        return;
    ret->all = heap->n_pages;
    for (unsigned node = 0; node < SNUG_NODES_MAX; node++)
        ret->on_node[node] = heap->on_node[node];
    (void)snprintf(ret->by, sizeof ret->by, "of the heap, by %u pages of it",
                   heap->n_pages);
}

/* Where the process has most of its cgroup's anonymous memory, that lies as its heap. */
static void share_cgroup(const struct snug_patient *patient, struct shares *ret)
{
    const struct snug_figure own = patient->condition.anonymous_bytes;
    const struct snug_spread *spread = &patient->spread;
    uint64_t all = 0;
    if (!spread->has_nodes || !own.is_known)
        return;
    for (unsigned node = 0; node < SNUG_NODES_MAX; node++)
        all += spread->node_bytes[node];
    if (!all || snug_amount_percent(own.number, all) < MOST_PERCENT)
        return;
    ret->all = all;
    memcpy(ret->on_node, spread->node_bytes, sizeof ret->on_node);
    (void)snprintf(ret->by, sizeof ret->by,
                   "of its cgroup's heaps and stacks, by memory.numa_stat");
}

/* By pages, if most of those that were asked about have a node. */
static void find_shares(const struct snug_patient *patient, struct shares *ret)
{
    const struct snug_heap_nodes *heap = &patient->live.heap;
    share_pages(heap, ret);
    if (!ret->all || heap->n_pages < heap->n_asked / 2)
        share_cgroup(patient, ret);
}

static unsigned percent_on(const struct shares *shares, uint64_t nodes)
{
    uint64_t n = 0;
    for (unsigned node = 0; node < SNUG_NODES_MAX; node++)
        if (nodes >> node & 1)
            n += shares->on_node[node];
    return (unsigned)snug_amount_percent(n, shares->all);
}

/* `node 0 75 %, node 1 25 %`. */
static void put_shares(const struct shares *shares, struct snug_builder *out)
{
    for (unsigned node = 0; node < SNUG_NODES_MAX; node++) {
        const unsigned percent = percent_on(shares, (uint64_t)1 << node);
        if (!percent)
            continue;
        snug_text_put(out, out->n ? ", node " : "node ");
        snug_text_put_u64(out, node);
        snug_text_put(out, " ");
        snug_text_put_u64(out, percent);
        snug_text_put(out, " %");
    }
}

static unsigned find_fullest(const struct shares *shares)
{
    unsigned ret = 0;
    for (unsigned node = 1; node < SNUG_NODES_MAX; node++)
        if (shares->on_node[node] > shares->on_node[ret])
            ret = node;
    return ret;
}

/* Nothing places the heap of a program that maps it by itself. */
static bool can_be_placed(const struct snug_patient *patient)
{
    const struct snug_program *program = &patient->subject->facts.program;
    return program->imports_mmap && !program->is_static;
}

static void tell_away(const struct snug_patient *patient, uint64_t cpus, const char *where,
                      struct snug_finding *ret)
{
    snug_finding_see(ret, SNUG_GRADE_WARNING,
                     "its CPUs are all on node %u, and its heap is elsewhere: %s",
                     (unsigned)__builtin_ctzll(cpus), where);
    snug_finding_follow(ret,
                        "Each access goes over the link between the nodes. The CPUs have "
                        "moved since, or its memory policy, or cpuset.mems, names another "
                        "node. What lies there stays there until the program starts anew.");
    if (can_be_placed(patient))
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "numa.place = local\n");
}

static void tell_one_sided(const struct snug_patient *patient, unsigned node,
                           const char *where, struct snug_finding *ret)
{
    const bool fits =
        n_cpus_on(&patient->subject->facts, node) >= patient->advice.cpu.count;
    snug_finding_see(ret, SNUG_GRADE_WARNING,
                     "it may run on the CPUs of several nodes, and its heap is on one: %s",
                     where);
    snug_finding_follow(
        ret,
        fits ? "Threads on other nodes reach for it over the link. The %u CPUs that are "
               "planned fit on one node, where its threads can stay."
             : "Threads on other nodes reach for it over the link, and one node's memory "
               "serves all. The %u CPUs that are planned are more than a node has, so the "
               "heap is better shared out.",
        patient->advice.cpu.count);
    if (fits && !patient->subject->facts.program.is_static)
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "numa.confine = on\n");
    else if (!fits && can_be_placed(patient))
        snug_finding_mend(ret, SNUG_PLACE_POLICY, "numa.place = interleave\n");
}

/* NULL if something can be said. */
static const char *why_unknown(const struct snug_patient *patient,
                               const struct shares *shares)
{
    const struct snug_facts *facts = &patient->subject->facts;
    const struct snug_heap_nodes *heap = &patient->live.heap;
    if (facts->nodes.n_online == 1)
        return "one NUMA node";
    if (!patient->has_process)
        return "no process was named: use --pid";
    if (!facts->nodes.n_online)
        return "the nodes are not known";
    if (!facts->program.is_go)
        return "the program is not known to be Go";
    if (shares->all)
        return NULL;
    if (heap->is_known)
        return "none of its heap is in memory";
    if (heap->error == EPERM)
        return "move_pages is refused: where its pages are takes the right to trace it, "
               "and "
               "a seccomp filter that lets it";
    return heap->error ? "the kernel does not tell where its pages are"
                       : "only where it runs can the kernel be asked";
}

static void look_at_spread(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_facts *facts = &patient->subject->facts;
    const struct snug_numa_plan *plan = &patient->subject->plan.numa;
    struct shares shares;
    char text[256];
    struct snug_builder where = snug_text_build(text, sizeof text);
    find_shares(patient, &shares);
    const char *why = why_unknown(patient, &shares);
    if (why) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "%s", why);
        return;
    }
    put_shares(&shares, &where);
    const uint64_t cpus = nodes_of_cpus(facts);
    const unsigned fullest = find_fullest(&shares);
    const bool is_on_one = percent_on(&shares, (uint64_t)1 << fullest) >= ONE_PERCENT;
    const uint64_t heap_bytes = patient->live.heap.heap_bytes;
    if (plan->reason == SNUG_REASON_PLACE_LIST &&
        percent_on(&shares, plan->nodes) >= 100 - AWAY_PERCENT)
        snug_finding_see(ret, SNUG_GRADE_OK, "as numa.place says: %s", text);
    else if (cpus && !(cpus & (cpus - 1)) && percent_on(&shares, ~cpus) >= AWAY_PERCENT)
        tell_away(patient, cpus, text, ret);
    else if (cpus & (cpus - 1) && is_on_one && heap_bytes >> ARENA_LOG2 >= N_ARENAS)
        tell_one_sided(patient, fullest, text, ret);
    else
        snug_finding_see(ret, SNUG_GRADE_OK, "%s %s", text, shares.by);
}

static bool has_nice(const struct snug_privilege_facts *privileges)
{
    return privileges->has_capabilities && privileges->effective >> CAP_SYS_NICE & 1;
}

static void tell_refused(const struct snug_patient *patient, const char *what,
                         struct snug_finding *ret)
{
    const struct snug_policy *policy = &patient->subject->policy;
    const struct snug_privilege_facts *privileges = &patient->subject->facts.privileges;
    const bool is_wanted = snug_placement_needs_trial(&patient->subject->facts, policy);
    const bool has_filter = privileges->seccomp == SNUG_SECCOMP_FILTER;
    snug_finding_see(ret, is_wanted ? SNUG_GRADE_WARNING : SNUG_GRADE_NOTE, "%s%s", what,
                     !has_filter ? ""
                     : has_nice(privileges)
                         ? ", by a seccomp filter"
                         : ", by a seccomp filter, as container engines' "
                           "profiles do without CAP_SYS_NICE");
    snug_finding_follow(
        ret, is_wanted ? "numa.place does nothing: memory is taken on the node "
                         "of the thread that first uses it."
                       : "numa.place would do nothing. numa.confine = on needs no "
                         "such right.");
    if (has_filter)
        snug_finding_mend(ret, SNUG_PLACE_PROFILE,
                          "{\"names\": [\"mbind\"], \"action\": \"SCMP_ACT_ALLOW\"}");
}

static void look_at_policy(const struct snug_patient *patient, struct snug_finding *ret)
{
    const struct snug_trials *trials = &patient->live.trials;
    const unsigned n_online = patient->subject->facts.nodes.n_online;
    char text[160];
    if (n_online == 1) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "one NUMA node");
    } else if (trials->n_not_placed) {
        (void)snprintf(text, sizeof text,
                       "snug in the process was refused by mbind, for %lu mappings of its "
                       "heap",
                       trials->n_not_placed);
        tell_refused(patient, text, ret);
    } else if (!trials->has_place) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED,
                         trials->state == SNUG_TRIALS_NOT_HERE
                             ? "mbind can be tried only where the program runs"
                             : "unknown: the process has other rights, or another filter, "
                               "than snug has here; look from inside its container");
    } else if (!trials->place_error) {
        snug_finding_see(ret, SNUG_GRADE_OK, "snug itself may use mbind%s",
                         patient->has_process ? ", with the same rights and filter" : "");
    } else if (trials->place_error == ENOSYS && !n_online) {
        snug_finding_see(ret, SNUG_GRADE_SKIPPED, "the kernel has no NUMA");
    } else {
        (void)snprintf(text, sizeof text, "mbind %s snug itself%s",
                       trials->place_error == ECHILD ? "kills" : "is refused to",
                       patient->has_process ? ", with the same rights and filter" : "");
        tell_refused(patient, text, ret);
    }
}

static const struct snug_check checks[] = {
    {"numa.spread", "Does the heap lie where the threads run?", look_at_spread},
    {"numa.policy", "May memory be placed on nodes?", look_at_policy},
};

const struct snug_family snug_numa_checks = {checks, sizeof checks / sizeof *checks};
