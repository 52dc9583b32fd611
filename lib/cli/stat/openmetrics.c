/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Families one after the other, each with the samples of all processes, since the format
 * wants a family in one piece.
 */
#include "snug/cli/stat/openmetrics.h"

#include <inttypes.h>
#include <string.h>

#include "snug/base/text.h"
#include "snug/cli/command/characters.h"
#include "snug/cli/stat/metrics.h"

enum { NS_PER_S = 1000000000 };

static bool ends_in_bytes(const char *name)
{
    const size_t n = strlen(name);
    return n >= 5 && strcmp(name + n - 5, "bytes") == 0;
}

static void begin_family(FILE *out, const char *name, const char *type, const char *help)
{
    (void)fprintf(out, "# TYPE snug_%s %s\n", name, type);
    if (ends_in_bytes(name))
        (void)fprintf(out, "# UNIT snug_%s bytes\n", name);
    (void)fprintf(out, "# HELP snug_%s %s.\n", name, help);
}

/* The format knows three escapes, and wants UTF-8. What has none would move the terminal of
 * whoever looks: it becomes U+FFFD, as what is not valid does; that one is empty. */
static void put_character(FILE *out, struct snug_text character)
{
    const int c = character.n ? character.at[0] : 0;
    if (c == '\n')
        (void)fputs("\\n", out);
    else if (c == '"' || c == '\\')
        (void)fprintf(out, "\\%c", c);
    else if (!character.n || snug_characters_is_control(character))
        (void)fputs("\xef\xbf\xbd", out);
    else
        (void)fwrite(character.at, 1, character.n, out);
}

/* Process ids are given anew, and each container has its own: the page tells them apart. */
static void put_labels(FILE *out, const struct snug_snapshot *of)
{
    (void)fprintf(out, "{pid=\"%d\",page=\"", of->pid);
    struct snug_text rest = snug_text_of(of->path);
    while (rest.n) {
        const size_t n = snug_characters_first(rest);
        put_character(out, (struct snug_text){rest.at, n});
        rest.at += n ? n : 1;
        rest.n -= n ? n : 1;
    }
    (void)fputc('"', out);
}

/* `snug_passed_total{pid="4711",page="/dev/shm/snug-4711",reason="budget"} 3`. `label` may
 * be NULL. */
static void put_total(FILE *out, const char *name, const struct snug_snapshot *of,
                      const char *label, const char *value, uint64_t number)
{
    (void)fprintf(out, "snug_%s_total", name);
    put_labels(out, of);
    if (label)
        (void)fprintf(out, ",%s=\"%s\"", label, value);
    (void)fprintf(out, "} %" PRIu64 "\n", number);
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

static void write_named(const struct snug_snapshot *snapshots, size_t n, FILE *out)
{
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
        begin_family(out, metric->name, "counter", help);
        for (size_t j = 0; j < n; j++)
            for (unsigned k = i; k < SNUG_N_COUNTERS; k++)
                if (is_of_family(k, metric->name))
                    put_total(out, metric->name, &snapshots[j],
                              metric->reason ? "reason" : NULL, snug_metrics[k].reason,
                              snapshots[j].page.counter[k]);
    }
}

/* A label for each of an array's counters that is not 0, and the last one's is `other`. */
static void write_array(const struct snug_snapshot *snapshots, size_t n, const char *name,
                        const char *help, const char *label, size_t offset,
                        unsigned n_counters, FILE *out)
{
    begin_family(out, name, "counter", help);
    for (size_t j = 0; j < n; j++) {
        const _Atomic uint64_t *counter =
            (const _Atomic uint64_t *)((const char *)&snapshots[j].page + offset);
        for (unsigned i = 0; i < n_counters; i++) {
            char value[16];
            (void)snprintf(value, sizeof value, "%u", i);
            if (counter[i])
                put_total(out, name, &snapshots[j], label,
                          i + 1 < n_counters ? value : "other", counter[i]);
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

static void write_gauge(const struct gauge *gauge, const struct snug_snapshot *snapshots,
                        size_t n, FILE *out)
{
    begin_family(out, gauge->name, "gauge", gauge->help);
    for (size_t j = 0; j < n; j++) {
        if (!snapshots[j].has_change)
            continue;
        const char *at = (const char *)&snapshots[j].change + gauge->offset;
        const uint64_t number = *(const uint64_t *)at;
        (void)fprintf(out, "snug_%s", gauge->name);
        put_labels(out, &snapshots[j]);
        (void)fputs("} ", out);
        if (gauge->is_ns)
            (void)fprintf(out, "%" PRIu64 ".%09" PRIu64 "\n", number / NS_PER_S,
                          number % NS_PER_S);
        else
            (void)fprintf(out, "%" PRIu64 "\n", number);
    }
}

/* Of memory.headroom = measured; none of a process that does not measure. */
static void write_measured(const struct snug_snapshot *snapshots, size_t n, FILE *out)
{
    static const char *const names[SNUG_MEASURED_WORDS][2] = {
        {"measured_target_bytes", "memory target by what others hold"},
        {"measured_others_bytes", "what others hold of the memory limit"},
        {"measured_reserve_bytes", "what is kept free of the memory limit"},
        {"measured_limit_bytes", "the memory limit that is measured against"},
    };
    for (unsigned i = 0; i < SNUG_MEASURED_WORDS; i++) {
        begin_family(out, names[i][0], "gauge", names[i][1]);
        for (size_t j = 0; j < n; j++) {
            if (!snapshots[j].page.measured[0])
                continue;
            (void)fprintf(out, "snug_%s", names[i][0]);
            put_labels(out, &snapshots[j]);
            (void)fprintf(out, "} %" PRIu64 "\n", snapshots[j].page.measured[i]);
        }
    }
}

void snug_openmetrics_write(const struct snug_snapshot *snapshots, size_t n, FILE *out)
{
    write_named(snapshots, n, out);
    write_array(snapshots, n, "node_bytes", "bytes asked for on a NUMA node", "node",
                offsetof(struct snug_counters, node_bytes), SNUG_COUNTERS_NODES + 1, out);
    write_array(snapshots, n, "prctl_calls", "calls of prctl through libc", "option",
                offsetof(struct snug_counters, prctl), SNUG_COUNTERS_OPTIONS + 1, out);

    begin_family(out, "resizes", "counter", "changes made by following the limits");
    for (size_t j = 0; j < n; j++)
        put_total(out, "resizes", &snapshots[j], NULL, NULL, snapshots[j].n_changes);
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
        write_gauge(&gauges[i], snapshots, n, out);
    write_measured(snapshots, n, out);
    (void)fputs("# EOF\n", out);
}
