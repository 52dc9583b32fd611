/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Puts the measured facts together.
 */
#include "snug/base/sys.h"
#include "snug/facts/cgroup.h"
#include "snug/facts/limits.h"
#include "snug/facts/nodes.h"
#include "snug/facts/privileges.h"

/* Arrays, not pointers: nothing to relocate in the preload object. */
static const char why_words[][64] = {
    [SNUG_WHY_NOTHING] = "it is known",
    [SNUG_WHY_NO_PROC] = "a file of /proc/self cannot be opened",
    [SNUG_WHY_NO_CONTROLLER] = "the process has no cgroup of this controller",
    [SNUG_WHY_NOT_MOUNTED] = "no cgroup file system of this controller is mounted",
    [SNUG_WHY_NOT_VISIBLE] = "the process's cgroup is not below what is mounted",
    [SNUG_WHY_UNREADABLE] = "the file cannot be read",
    [SNUG_WHY_MALFORMED] = "the file does not say what its format allows",
    [SNUG_WHY_TOO_LONG] = "a path or a line is too long",
};

/* The kernel writes as many bytes as it has CPUs for; the rest of `ret` stays as it is. */
static long ask_kernel(struct snug_cpus *ret)
{
    return snug_sys_sched_getaffinity(0, sizeof ret->word, ret->word);
}

/* The Go runtime never makes this call, so a seccomp filter may kill for it. Returns the
 * node, SNUG_NODE_UNKNOWN if that is not known. */
static unsigned take_current(struct snug_cpu_facts *ret)
{
    unsigned cpu;
    unsigned node;
    if (snug_sys_getcpu(&cpu, &node) < 0)
        return SNUG_NODE_UNKNOWN;
    ret->current = cpu;
    return node;
}

/* Where the CPUs begin that are presented. */
static void take_near(const struct snug_root *root, unsigned node, struct snug_facts *ret)
{
    const struct snug_cpu_facts *cpu = &ret->cpu;
    const unsigned first = snug_cpus_has(&cpu->allowed, cpu->current)
                               ? cpu->current
                               : snug_cpus_next(&cpu->allowed, 0);
    if (first < SNUG_CPUS_MAX)
        snug_nodes_read_one(root,
                            node < SNUG_NODES_MAX ? (uint64_t)1 << node
                                                  : ret->privileges.mems_allowed,
                            first, &ret->nodes);
}

static void take_limits(const struct snug_root *root, bool is_named, struct snug_facts *ret)
{
    struct snug_cgroup cpu;
    struct snug_cgroup memory;
    snug_cgroup_find(root, &cpu, &memory);
    ret->cpu.is_mounted_whole = cpu.is_mounted_whole;
    ret->cpu.misleads_go = cpu.misleads_go;
    snug_limits_read_cpu(root, &cpu, &ret->cpu.limit, &ret->cpu.own);
    snug_limits_read_memory(root, &memory, is_named, &ret->memory);
}

void snug_facts_gather_limits(const struct snug_root *root, bool is_named,
                              struct snug_facts *ret)
{
    ret->cpu.current = SNUG_CPUS_MAX;
    ret->cpu.allowed = (struct snug_cpus){0};
    ret->cpu.allowed_why = SNUG_WHY_NOTHING;
    if (!root->open)
        (void)ask_kernel(&ret->cpu.allowed); /* It stays empty. */
    ret->cpu.n_allowed = snug_cpus_count(&ret->cpu.allowed);
    take_limits(root, is_named, ret);
}

void snug_facts_gather_rest(const struct snug_root *root, bool needs_nodes,
                            struct snug_facts *ret)
{
    struct snug_cpus allowed;
    enum snug_why allowed_why;
    snug_privileges_read(root, &ret->privileges, &allowed, &allowed_why);
    if (!ret->cpu.n_allowed) {
        ret->cpu.allowed = allowed;
        ret->cpu.allowed_why = allowed_why;
        ret->cpu.n_allowed = snug_cpus_count(&allowed);
    }
    unsigned node = SNUG_NODE_UNKNOWN;
    if (!root->open && ret->privileges.seccomp == SNUG_SECCOMP_OFF)
        node = take_current(&ret->cpu);
    const uint64_t nodes = ret->privileges.mems_allowed;
    if (needs_nodes || !nodes)
        snug_nodes_read(root, &ret->nodes);
    else if (nodes & (nodes - 1))
        take_near(root, node, ret);
}

void snug_facts_gather(const struct snug_root *root, struct snug_facts *ret)
{
    snug_facts_gather_limits(root, true, ret);
    snug_facts_gather_rest(root, true, ret);
}

void snug_facts_refresh(struct snug_facts *facts)
{
    struct snug_cpus allowed = {0};
    if (ask_kernel(&allowed) >= 0) {
        facts->cpu.allowed = allowed;
        facts->cpu.n_allowed = snug_cpus_count(&allowed);
    }
    take_limits(&snug_file_live, true, facts);
}

const char *snug_facts_why(enum snug_why why)
{
    return why < sizeof why_words / sizeof *why_words ? why_words[why] : "";
}
