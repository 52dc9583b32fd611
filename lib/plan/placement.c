/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Nodes for memory and threads. A node is where the kernel started the process: nobody is
 * moved to another one, and a node that cannot give memory is never asked for any.
 */
#include "snug/plan/placement.h"
#include "snug/policy/values.h"

/* The node that the process was started on, where the presented CPUs begin; once it may not
 * run there any more, the one where they begin now. SNUG_NODE_UNKNOWN if that cannot be
 * told. */
static unsigned find_start(const struct snug_facts *facts, const struct snug_cpu_plan *cpu)
{
    const unsigned current = facts->cpu.current < SNUG_CPUS_MAX &&
                                     snug_cpus_has(&facts->cpu.allowed, facts->cpu.current)
                                 ? facts->cpu.current
                                 : snug_cpus_next(&cpu->presented, 0);
    return current < SNUG_CPUS_MAX ? facts->nodes.node_of[current] : SNUG_NODE_UNKNOWN;
}

static bool is_several(uint64_t nodes)
{
    return nodes & (nodes - 1);
}

/* Smooth weighted round-robin: each turn goes to the node that is furthest behind its
 * share, so that any run of turns is shared out fairly, however short. */
static void write_turns(const struct snug_node_facts *facts, uint64_t nodes, uint8_t *turn)
{
    int64_t weight[SNUG_NODES_MAX] = {0};
    int64_t behind[SNUG_NODES_MAX] = {0};
    int64_t total = 0;
    bool is_equal = false; /* As long as nothing is known of any. */
    for (; !total; is_equal = true)
        for (unsigned node = 0; node < SNUG_NODES_MAX; node++) {
            if (nodes >> node & 1)
                weight[node] = is_equal ? 1 : (int64_t)(facts->free_bytes[node] >> 20);
            total += weight[node];
        }

    for (unsigned i = 0; i < SNUG_TURNS; i++) {
        unsigned next = 0;
        for (unsigned node = 0; node < SNUG_NODES_MAX; node++) {
            behind[node] += weight[node];
            if (weight[node] && (!weight[next] || behind[node] > behind[next]))
                next = node;
        }
        behind[next] -= total;
        turn[i] = (uint8_t)next;
    }
}

/* The nodes that are asked for, of those that can give memory. */
static enum snug_reason choose_nodes(const struct snug_facts *facts,
                                     const struct snug_setting *place, uint64_t start,
                                     uint64_t *nodes)
{
    if (place->unit == SNUG_UNIT_NODES) {
        *nodes &= place->number;
        return *nodes ? SNUG_REASON_PLACE_LIST : SNUG_REASON_PLACE_NO_NODE;
    }
    if (place->word == SNUG_WORD_INTERLEAVE) {
        /* Memory without CPUs is of a slower kind; who wants it names it. */
        *nodes &= facts->nodes.with_cpus;
        return is_several(*nodes) ? SNUG_REASON_PLACE_INTERLEAVE
                                  : SNUG_REASON_PLACE_ONE_NODE;
    }
    *nodes &= start;
    return *nodes ? SNUG_REASON_PLACE_LOCAL : SNUG_REASON_PLACE_NO_MEMORY;
}

static bool is_placed(enum snug_reason reason)
{
    return reason == SNUG_REASON_PLACE_LIST || reason == SNUG_REASON_PLACE_INTERLEAVE ||
           reason == SNUG_REASON_PLACE_LOCAL;
}

/* Sets `ret_nodes` to what would be asked for, even if it cannot be. */
static enum snug_reason decide_place(const struct snug_facts *facts,
                                     const struct snug_setting *place, uint64_t start,
                                     uint64_t *ret_nodes)
{
    uint64_t nodes = facts->nodes.with_memory;
    if (facts->privileges.mems_allowed)
        nodes &= facts->privileges.mems_allowed;
    if (snug_values_is(place, SNUG_WORD_PLACE_OFF))
        return SNUG_REASON_PLACE_OFF;
    /* By its own policy the kernel does so, and goes on to when the CPUs have moved. */
    if (snug_values_is(place, SNUG_WORD_PLACE_AUTO))
        return SNUG_REASON_PLACE_AUTO;
    if (!facts->program.is_go || facts->program.is_static || !facts->program.imports_mmap)
        return SNUG_REASON_HEAP_UNSEEN;
    if (!is_several(nodes))
        return SNUG_REASON_PLACE_ONE_NODE;

    const enum snug_reason reason = choose_nodes(facts, place, start, &nodes);
    if (!is_placed(reason))
        return reason;
    *ret_nodes = nodes;
    return facts->privileges.may_place == SNUG_YES ? reason : SNUG_REASON_PLACE_REFUSED;
}

/* `node` are the CPUs of the node of the start. `instead`: the heap cannot be placed
 * otherwise. */
static enum snug_reason decide_confine(const struct snug_facts *facts,
                                       const struct snug_cpu_plan *cpu,
                                       const struct snug_cpus *node, bool is_wanted,
                                       bool is_on_one, bool instead)
{
    if (!is_wanted && !instead)
        return SNUG_REASON_CONFINE_OFF;
    if (facts->program.is_static)
        return SNUG_REASON_STATIC;
    if (facts->nodes.n_online < 2)
        return SNUG_REASON_CONFINE_ONE_NODE;
    if (is_on_one)
        return SNUG_REASON_CONFINE_ALREADY;
    if (!snug_cpus_within(&cpu->presented, node))
        return SNUG_REASON_CONFINE_NO_FIT;
    if (facts->privileges.may_set_affinity != SNUG_YES)
        return SNUG_REASON_SECCOMP;
    return is_wanted ? SNUG_REASON_CONFINE_ON : SNUG_REASON_CONFINE_INSTEAD;
}

bool snug_placement_is_asked(const struct snug_policy *policy)
{
    const struct snug_setting *place = &policy->setting[SNUG_NUMA_PLACE];
    return (!snug_values_is(place, SNUG_WORD_PLACE_OFF) &&
            !snug_values_is(place, SNUG_WORD_PLACE_AUTO)) ||
           snug_values_is(&policy->setting[SNUG_NUMA_CONFINE], SNUG_WORD_ON);
}

bool snug_placement_needs_weights(const struct snug_facts *facts,
                                  const struct snug_policy *policy)
{
    const struct snug_setting *place = &policy->setting[SNUG_NUMA_PLACE];
    return facts->nodes.n_online > 1 &&
           (place->unit == SNUG_UNIT_NODES || snug_values_is(place, SNUG_WORD_INTERLEAVE));
}

bool snug_placement_needs_trial(const struct snug_facts *facts,
                                const struct snug_policy *policy)
{
    const struct snug_setting *place = &policy->setting[SNUG_NUMA_PLACE];
    return facts->nodes.n_online > 1 && !snug_values_is(place, SNUG_WORD_PLACE_OFF) &&
           !snug_values_is(place, SNUG_WORD_PLACE_AUTO);
}

void snug_placement_decide(const struct snug_facts *facts, const struct snug_policy *policy,
                           const struct snug_cpu_plan *cpu, struct snug_numa_plan *ret)
{
    const unsigned start =
        facts->nodes.n_online > 1 ? find_start(facts, cpu) : SNUG_NODE_UNKNOWN;
    struct snug_cpus node = {0};
    for (unsigned i = 0; i < SNUG_CPUS_MAX && start != SNUG_NODE_UNKNOWN; i++)
        if (facts->nodes.node_of[i] == start)
            snug_cpus_add(&node, i);
    const bool is_on_one =
        start != SNUG_NODE_UNKNOWN && snug_cpus_within(&facts->cpu.allowed, &node);

    const uint64_t start_bit = start < SNUG_NODES_MAX ? (uint64_t)1 << start : 0;
    uint64_t nodes = 0;
    ret->reason = decide_place(facts, &policy->setting[SNUG_NUMA_PLACE], start_bit, &nodes);
    if (is_placed(ret->reason)) {
        ret->nodes = nodes;
        write_turns(&facts->nodes, nodes, ret->turn);
    }

    const bool is_wanted =
        snug_values_is(&policy->setting[SNUG_NUMA_CONFINE], SNUG_WORD_ON);
    const bool instead =
        ret->reason == SNUG_REASON_PLACE_REFUSED && start_bit && nodes == start_bit;
    ret->confine_reason = decide_confine(facts, cpu, &node, is_wanted, is_on_one, instead);
    ret->is_confined = ret->confine_reason == SNUG_REASON_CONFINE_ON ||
                       ret->confine_reason == SNUG_REASON_CONFINE_INSTEAD;
    if (!ret->is_confined)
        return;
    ret->cpus = node;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        node.word[i] &= facts->cpu.allowed.word[i];
    ret->n_confined = snug_cpus_count(&node);
}
