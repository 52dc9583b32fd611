/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Families one after the other, each with the samples of all processes, since the format
 * wants a family in one piece. A figure that is not known has no sample.
 */
#include "snug/cli/stat/openmetrics.h"

#include <stdio.h>
#include <string.h>

#include "snug/base/text.h"
#include "snug/cli/stat/exposition.h"
#include "snug/cli/stat/metrics.h"
#include "snug/cli/stat/series.h"

enum { NS_PER_S = 1000000000 };

/* Process ids are given anew, and each container has its own: the page tells them apart. */
static void put_labels(struct snug_exposition *to, const struct snug_snapshot *of)
{
    char pid[16];
    (void)snprintf(pid, sizeof pid, "%d", of->pid);
    snug_exposition_sample(to);
    snug_exposition_label(to, "pid", pid);
    snug_exposition_label(to, "page", of->path);
}

/* `snug_passed_total{pid="4711",page="/dev/shm/snug-4711",reason="budget"} 3`. `label` may
 * be NULL. */
static void put(struct snug_exposition *to, const struct snug_snapshot *of,
                const char *label, const char *value, uint64_t number)
{
    put_labels(to, of);
    if (label)
        snug_exposition_label(to, label, value);
    snug_exposition_value(to, number);
}

static bool is_of_family(unsigned i, const char *name)
{
    return snug_metrics[i].name && name && strcmp(snug_metrics[i].name, name) == 0;
}

static bool is_first_of_family(unsigned i)
{
    for (unsigned j = 0; j < i; j++)
        if (is_of_family(j, snug_metrics[i].name))
            return false;
    return snug_metrics[i].name;
}

/* The next that has a page, from `i` on; NULL behind the last. */
static const struct snug_snapshot *next(const struct snug_census *census, size_t *i)
{
    for (; *i < census->n; (*i)++)
        if (census->observed[*i].has_page)
            return &census->observed[(*i)++].snapshot;
    return NULL;
}

static void write_named(struct snug_exposition *to, const struct snug_census *census)
{
    const struct snug_snapshot *of;
    for (unsigned i = 0; i < SNUG_N_COUNTERS; i++) {
        const struct snug_metric *metric = &snug_metrics[i];
        if (!is_first_of_family(i))
            continue;
        /* What several have in common stands before the colon. */
        struct snug_text rest = snug_text_of(metric->text);
        struct snug_text text = rest;
        if (metric->reason)
            (void)snug_text_cut(&rest, ':', &text);
        char help[256];
        (void)snprintf(help, sizeof help, "%.*s", (int)text.n, text.at);
        snug_exposition_begin(to, metric->name, true, help);
        for (size_t at = 0; (of = next(census, &at));)
            for (unsigned k = i; k < SNUG_N_COUNTERS; k++)
                if (is_of_family(k, metric->name))
                    put(to, of, metric->reason ? "reason" : NULL, snug_metrics[k].reason,
                        of->page.counter[k]);
    }
}

/* A label for each of an array's counters that is not 0, and the last one's is `other`. */
static void write_array(struct snug_exposition *to, const struct snug_census *census,
                        const char *label, size_t offset, unsigned n_counters)
{
    const struct snug_snapshot *of;
    for (size_t at = 0; (of = next(census, &at));) {
        const _Atomic uint64_t *counter =
            (const _Atomic uint64_t *)((const char *)&of->page + offset);
        for (unsigned i = 0; i < n_counters; i++) {
            char value[16];
            (void)snprintf(value, sizeof value, "%u", i);
            if (counter[i])
                put(to, of, label, i + 1 < n_counters ? value : "other", counter[i]);
        }
    }
}

struct gauge {
    const char *name;
    const char *help;
    size_t offset; /* Of the number in struct snug_change. */
    bool is_ns;
};

static const struct gauge gauges[] = {
    {"resize_timestamp_seconds", "when the limits changed last",
     offsetof(struct snug_change, when_ns), true},
    {"resize_took_seconds", "how long the last change took",
     offsetof(struct snug_change, took_ns), true},
    {"resize_cpus", "CPUs since the last change, 0 for all",
     offsetof(struct snug_change, cpus_to), false},
    {"resize_memory_bytes", "memory target since the last change, 0 for none",
     offsetof(struct snug_change, bytes_to), false},
};

static void write_gauge(struct snug_exposition *to, const struct snug_census *census,
                        const struct gauge *gauge)
{
    const struct snug_snapshot *of;
    snug_exposition_begin(to, gauge->name, false, gauge->help);
    for (size_t at = 0; (of = next(census, &at));) {
        if (!of->has_change)
            continue;
        const uint64_t number =
            *(const uint64_t *)((const char *)&of->change + gauge->offset);
        put_labels(to, of);
        if (gauge->is_ns)
            snug_exposition_fraction(to, number, NS_PER_S);
        else
            snug_exposition_value(to, number);
    }
}

/* Of memory.headroom = measured; none of a process that does not measure. */
static void write_measured(struct snug_exposition *to, const struct snug_census *census)
{
    static const char *const names[SNUG_MEASURED_WORDS][2] = {
        {"measured_target_bytes", "memory target by what others hold"},
        {"measured_others_bytes", "what others hold of the memory limit"},
        {"measured_reserve_bytes", "what is kept free of the memory limit"},
        {"measured_limit_bytes", "the memory limit that is measured against"},
    };
    const struct snug_snapshot *of;
    for (unsigned i = 0; i < SNUG_MEASURED_WORDS; i++) {
        snug_exposition_begin(to, names[i][0], false, names[i][1]);
        for (size_t at = 0; (of = next(census, &at));)
            if (of->page.measured[0])
                put(to, of, NULL, NULL, of->page.measured[i]);
    }
}

static void write_pages(struct snug_exposition *to, const struct snug_census *census)
{
    const struct snug_snapshot *of;
    size_t first = 0;
    if (!next(census, &first))
        return;
    write_named(to, census);
    snug_exposition_begin(to, "node_bytes", true, "bytes asked for on a NUMA node");
    write_array(to, census, "node", offsetof(struct snug_counters, node_bytes),
                SNUG_COUNTERS_NODES + 1);
    snug_exposition_begin(to, "prctl_calls", true, "calls of prctl through libc");
    write_array(to, census, "option", offsetof(struct snug_counters, prctl),
                SNUG_COUNTERS_OPTIONS + 1);
    snug_exposition_begin(to, "resizes", true, "changes made by following the limits");
    for (size_t at = 0; (of = next(census, &at));)
        put(to, of, NULL, NULL, of->n_changes);
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
        write_gauge(to, census, &gauges[i]);
    write_measured(to, census);
}

void snug_openmetrics_write(const struct snug_census *census, bool is_classic, FILE *out)
{
    struct snug_exposition to = {.out = out, .is_classic = is_classic};
    write_pages(&to, census);
    snug_series_write(&to, census);
    snug_exposition_end(&to);
}
