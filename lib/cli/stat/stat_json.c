/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The members of a page, and what the kernel says.
 */
#include "snug/cli/stat/stat_json.h"

#include <stdio.h>

#include "snug/cli/command/json.h"
#include "snug/cli/stat/metrics.h"
#include "snug/cli/stat/series.h"
#include "snug/cli/subject/resize.h"

enum { NAME_BYTES = 64 };

/* Members that are 0 are left out, for most have no meaning on this machine. */
static void write_array(struct snug_json *json, const char *name,
                        const _Atomic uint64_t *counter, unsigned n)
{
    snug_json_object(json, name);
    for (unsigned i = 0; i < n; i++) {
        char member[NAME_BYTES];
        (void)snprintf(member, sizeof member, "%u", i);
        if (counter[i])
            snug_json_number(json, i + 1 < n ? member : "other", counter[i]);
    }
    snug_json_end(json);
}

static void write_counters(struct snug_json *json, const struct snug_snapshot *snapshot)
{
    const struct snug_counters *page = &snapshot->page;
    snug_json_object(json, "counters");
    for (unsigned i = 0; i < SNUG_N_COUNTERS; i++) {
        const struct snug_metric *metric = &snug_metrics[i];
        char name[NAME_BYTES];
        if (!metric->name)
            continue;
        (void)snprintf(name, sizeof name, "%s%s%s", metric->name, metric->reason ? "_" : "",
                       metric->reason ? metric->reason : "");
        snug_json_number(json, name, page->counter[i]);
    }
    snug_json_end(json);
    write_array(json, "node_bytes", page->node_bytes, SNUG_COUNTERS_NODES + 1);
    /* The one of other options stands right behind. */
    write_array(json, "prctl_calls", page->prctl, SNUG_COUNTERS_OPTIONS + 1);
    snug_resize_write_json(json, snapshot);
}

static void write_process(struct snug_json *json, const struct snug_census *census,
                          const struct snug_observed *of)
{
    const struct snug_snapshot *snapshot = &of->snapshot;
    snug_json_object(json, NULL);
    snug_json_number(json, "pid", (uint64_t)snapshot->pid);
    snug_json_string(json, "page", of->has_page ? snapshot->path : NULL);
    if (of->has_page && snapshot->is_running == SNUG_MAYBE)
        snug_json_null(json, "is_running");
    else
        snug_json_bool(json, "is_running",
                       !of->has_page || snapshot->is_running == SNUG_YES);
    if (of->has_page) {
        snug_json_bool(json, "is_forked_copy", snapshot->is_forks);
        write_counters(json, snapshot);
    } else {
        static const char *const members[] = {"is_forked_copy", "counters", "node_bytes",
                                              "prctl_calls",    "measured", "resize"};
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            snug_json_null(json, members[i]);
    }
    snug_series_write_process_json(json, census, of);
    snug_json_end(json);
}

void snug_stat_json_write(const struct snug_census *census, FILE *out)
{
    struct snug_json json = snug_json_write(out);
    snug_json_object(&json, NULL);
    snug_json_array(&json, "processes");
    for (size_t i = 0; i < census->n; i++)
        write_process(&json, census, &census->observed[i]);
    snug_json_end(&json);
    snug_series_write_groups_json(&json, census);
    snug_json_end(&json);
}
