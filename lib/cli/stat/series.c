/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One table for what is a figure. JSON has microseconds and thousandths of a CPU, as they
 * were measured; metrics have seconds and CPUs, as collectors want them.
 */
#include "snug/cli/stat/series.h"

#include <stddef.h>
#include <stdio.h>

enum { USEC_PER_S = 1000000, MILLI = 1000 };

enum unit { UNIT_NONE, UNIT_BYTES, UNIT_TIME, UNIT_CPUS };

struct series {
    const char *name; /* The unit follows it. */
    const char *text; /* What it is, without a full stop. */
    enum unit unit;
    bool is_counter;
    bool is_bound; /* A struct snug_bound stands there, else a struct snug_figure. */
    size_t offset;
};

#define OF(what)     offsetof(struct snug_observed, what)
#define CPU(what)    offsetof(struct snug_cpu_group, evidence.what)
#define MEMORY(what) offsetof(struct snug_memory_group, evidence.what)

static const struct series of_process[] = {
    {"threads", "threads of the process", UNIT_NONE, false, false, OF(condition.threads)},
    {"resident", "memory of the process that is resident, with files it has mapped",
     UNIT_BYTES, false, false, OF(condition.rss_bytes)},
    {"anonymous", "resident memory of the process that no file stands behind", UNIT_BYTES,
     false, false, OF(condition.anonymous_bytes)},
    {"swap", "memory of the process that is in swap", UNIT_BYTES, false, false,
     OF(condition.swap_bytes)},
    {"target", "GOMEMLIMIT of the process", UNIT_BYTES, false, true, OF(target_bytes)},
};

static const struct series of_cpu[] = {
    {"limit", "CPU limit of the cgroup", UNIT_CPUS, false, true, CPU(limit_milli)},
    {"periods", "periods in which the cgroup had something to run", UNIT_NONE, true, false,
     CPU(periods)},
    {"throttled_periods", "periods in which the limit was used up", UNIT_NONE, true, false,
     CPU(throttled)},
    {"throttled", "time for which threads were held back by the limit", UNIT_TIME, true,
     false, CPU(throttled_usec)},
    {"used", "CPU time used", UNIT_TIME, true, false, CPU(usage_usec)},
    {"waiting", "time in which some thread waited for a CPU", UNIT_TIME, true, false,
     CPU(pressure.some_usec)},
    {"stalled", "time in which all threads with work waited for a CPU", UNIT_TIME, true,
     false, CPU(pressure.full_usec)},
};

static const struct series of_memory[] = {
    {"limit", "memory limit of the cgroup", UNIT_BYTES, false, true, MEMORY(limit_bytes)},
    {"high", "memory above which the cgroup is slowed down", UNIT_BYTES, false, true,
     MEMORY(high_bytes)},
    {"used", "memory in use", UNIT_BYTES, false, false, MEMORY(current)},
    {"anonymous", "memory that no file stands behind", UNIT_BYTES, false, false,
     MEMORY(anonymous)},
    {"huge", "anonymous memory in huge pages", UNIT_BYTES, false, false, MEMORY(huge)},
    {"page_cache", "page cache, shared memory included", UNIT_BYTES, false, false,
     MEMORY(page_cache)},
    {"active_file", "page cache that was used lately", UNIT_BYTES, false, false,
     MEMORY(active_file)},
    {"inactive_file", "page cache that was not used lately", UNIT_BYTES, false, false,
     MEMORY(inactive_file)},
    {"shared", "tmpfs and memory that processes share", UNIT_BYTES, false, false,
     MEMORY(shared)},
    {"kernel", "memory of the kernel's own", UNIT_BYTES, false, false, MEMORY(kernel)},
    {"sockets", "memory of sockets", UNIT_BYTES, false, false, MEMORY(sockets)},
    {"swap", "memory in swap", UNIT_BYTES, false, false, MEMORY(swap)},
    {"low_events", "how often memory was taken back although memory.low was not reached",
     UNIT_NONE, true, false, MEMORY(reclaimed)},
    {"high_events", "how often memory.high was passed", UNIT_NONE, true, false,
     MEMORY(slowed)},
    {"max_events", "how often the limit was met", UNIT_NONE, true, false, MEMORY(hit)},
    {"oom_events", "how often nothing was left to give back", UNIT_NONE, true, false,
     MEMORY(starved)},
    {"oom_kill_events", "processes killed for want of memory", UNIT_NONE, true, false,
     MEMORY(killed)},
    {"waiting", "time in which some thread waited for memory", UNIT_TIME, true, false,
     MEMORY(pressure.some_usec)},
    {"stalled", "time in which all threads with work waited for memory", UNIT_TIME, true,
     false, MEMORY(pressure.full_usec)},
};

#define N(table) (sizeof(table) / sizeof *(table))

static struct snug_figure figure_of(const struct series *series, const void *base)
{
    const void *at = (const char *)base + series->offset;
    const struct snug_bound *bound = at;
    const struct snug_figure *figure = at;
    return series->is_bound ? (struct snug_figure){bound->kind == SNUG_SET, bound->number}
                            : *figure;
}

/* `snug_memory_limit_bytes`, `snug_cpu_throttled_seconds`. */
static void begin(struct snug_exposition *to, const char *kind, const struct series *series,
                  char ret_name[64])
{
    static const char *const suffix[] = {"", "_bytes", "_seconds", "_cpus"};
    (void)snprintf(ret_name, 64, "%s_%s%s", kind, series->name, suffix[series->unit]);
    snug_exposition_begin(to, ret_name, series->is_counter, series->text);
}

static void put_value(struct snug_exposition *to, enum unit unit, uint64_t number)
{
    if (unit == UNIT_TIME)
        snug_exposition_fraction(to, number, USEC_PER_S);
    else if (unit == UNIT_CPUS)
        snug_exposition_fraction(to, number, MILLI);
    else
        snug_exposition_value(to, number);
}

static void begin_process(struct snug_exposition *to, const struct snug_observed *of)
{
    char pid[16];
    (void)snprintf(pid, sizeof pid, "%d", of->snapshot.pid);
    snug_exposition_sample(to);
    snug_exposition_label(to, "pid", pid);
    snug_exposition_label(to, "name", of->condition.name);
}

static const char *path_of_cpu(const struct snug_census *census, size_t i)
{
    return i == SNUG_CENSUS_NOWHERE ? NULL : census->cpu[i].path;
}

static const char *path_of_memory(const struct snug_census *census, size_t i)
{
    return i == SNUG_CENSUS_NOWHERE ? NULL : census->memory[i].path;
}

/* A label that is not known is empty, which is as if it were not there. */
static void label_path(struct snug_exposition *to, const char *name, const char *path)
{
    snug_exposition_label(to, name, path ? path : "");
}

/* What joins the families of processes with those of cgroups. */
static void write_places(struct snug_exposition *to, const struct snug_census *census)
{
    snug_exposition_begin(to, "process_cgroups", false,
                          "always 1; the labels are cgroups of the process, and those with "
                          "its tightest limits");
    for (size_t i = 0; i < census->n; i++) {
        const struct snug_observed *of = &census->observed[i];
        if (!of->has_kernel)
            continue;
        begin_process(to, of);
        label_path(to, "cpu", path_of_cpu(census, of->cpu_own));
        label_path(to, "cpu_limited", path_of_cpu(census, of->cpu_tightest));
        label_path(to, "memory", path_of_memory(census, of->memory_own));
        label_path(to, "memory_limited", path_of_memory(census, of->memory_tightest));
        snug_exposition_value(to, 1);
    }
}

static void write_processes(struct snug_exposition *to, const struct snug_census *census)
{
    char name[64];
    for (size_t i = 0; i < N(of_process); i++) {
        begin(to, "process", &of_process[i], name);
        for (size_t j = 0; j < census->n; j++) {
            const struct snug_observed *of = &census->observed[j];
            const struct snug_figure figure = figure_of(&of_process[i], of);
            if (!of->has_kernel || !figure.is_known)
                continue;
            begin_process(to, of);
            put_value(to, of_process[i].unit, figure.number);
        }
    }
    write_places(to, census);
}

/* A list of cgroups: its elements begin with their path. */
static void write_groups(struct snug_exposition *to, const char *kind,
                         const struct series *series, size_t n_series, const void *list,
                         size_t n, size_t size)
{
    char name[64];
    for (size_t i = 0; i < n_series; i++) {
        begin(to, kind, &series[i], name);
        for (size_t j = 0; j < n; j++) {
            const char *group = (const char *)list + j * size;
            const struct snug_figure figure = figure_of(&series[i], group);
            if (!figure.is_known)
                continue;
            snug_exposition_sample(to);
            snug_exposition_label(to, "cgroup", group);
            put_value(to, series[i].unit, figure.number);
        }
    }
}

static void write_nodes(struct snug_exposition *to, const struct snug_census *census)
{
    snug_exposition_begin(to, "memory_node_bytes", false,
                          "memory on a NUMA node that no file stands behind");
    for (size_t i = 0; i < census->n_memory; i++) {
        const struct snug_memory_group *group = &census->memory[i];
        for (unsigned node = 0; node < SNUG_NODES_MAX; node++) {
            char text[16];
            (void)snprintf(text, sizeof text, "%u", node);
            if (!(group->spread.nodes >> node & 1))
                continue;
            snug_exposition_sample(to);
            snug_exposition_label(to, "cgroup", group->path);
            snug_exposition_label(to, "node", text);
            snug_exposition_value(to, group->spread.node_bytes[node]);
        }
    }
}

static bool has_kernel(const struct snug_census *census)
{
    for (size_t i = 0; i < census->n; i++)
        if (census->observed[i].has_kernel)
            return true;
    return false;
}

void snug_series_write(struct snug_exposition *to, const struct snug_census *census)
{
    if (has_kernel(census))
        write_processes(to, census);
    if (census->n_cpu)
        write_groups(to, "cpu", of_cpu, N(of_cpu), census->cpu, census->n_cpu,
                     sizeof *census->cpu);
    if (!census->n_memory)
        return;
    write_groups(to, "memory", of_memory, N(of_memory), census->memory, census->n_memory,
                 sizeof *census->memory);
    write_nodes(to, census);
}

/* null is what is not known, "none" a limit that is not set. */
static void write_members(struct snug_json *json, const struct series *series,
                          size_t n_series, const void *base)
{
    static const char *const suffix[] = {"", "_bytes", "_usec", "_milli_cpus"};
    for (size_t i = 0; i < n_series; i++) {
        char name[64];
        const struct snug_figure figure = figure_of(&series[i], base);
        const struct snug_bound *bound =
            (const void *)((const char *)base + series[i].offset);
        (void)snprintf(name, sizeof name, "%s%s", series[i].name, suffix[series[i].unit]);
        if (figure.is_known)
            snug_json_number(json, name, figure.number);
        else if (series[i].is_bound && bound->kind == SNUG_NONE)
            snug_json_string(json, name, "none");
        else
            snug_json_null(json, name);
    }
}

void snug_series_write_process_json(struct snug_json *json,
                                    const struct snug_census *census,
                                    const struct snug_observed *of)
{
    if (!of->has_kernel) {
        snug_json_null(json, "kernel");
        return;
    }
    snug_json_object(json, "kernel");
    snug_json_string(json, "name", of->condition.name[0] ? of->condition.name : NULL);
    write_members(json, of_process, N(of_process), of);
    snug_json_string(json, "target_from", of->target_from);
    snug_json_string(json, "cpu", path_of_cpu(census, of->cpu_own));
    snug_json_string(json, "cpu_limited", path_of_cpu(census, of->cpu_tightest));
    snug_json_string(json, "memory", path_of_memory(census, of->memory_own));
    snug_json_string(json, "memory_limited", path_of_memory(census, of->memory_tightest));
    snug_json_end(json);
}

static void write_nodes_json(struct snug_json *json, const struct snug_spread *spread)
{
    if (!spread->has_nodes) {
        snug_json_null(json, "node_bytes");
        return;
    }
    snug_json_object(json, "node_bytes");
    for (unsigned node = 0; node < SNUG_NODES_MAX; node++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%u", node);
        if (spread->nodes >> node & 1)
            snug_json_number(json, name, spread->node_bytes[node]);
    }
    snug_json_end(json);
}

void snug_series_write_groups_json(struct snug_json *json, const struct snug_census *census)
{
    snug_json_array(json, "cpu");
    for (size_t i = 0; i < census->n_cpu; i++) {
        snug_json_object(json, NULL);
        snug_json_string(json, "cgroup", census->cpu[i].path);
        write_members(json, of_cpu, N(of_cpu), &census->cpu[i]);
        snug_json_end(json);
    }
    snug_json_end(json);
    snug_json_array(json, "memory");
    for (size_t i = 0; i < census->n_memory; i++) {
        snug_json_object(json, NULL);
        snug_json_string(json, "cgroup", census->memory[i].path);
        write_members(json, of_memory, N(of_memory), &census->memory[i]);
        write_nodes_json(json, &census->memory[i].spread);
        snug_json_end(json);
    }
    snug_json_end(json);
}
