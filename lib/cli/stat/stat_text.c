/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A number and what it counts, a line each; the same as JSON.
 */
#include "snug/cli/stat/stat_text.h"

#include <inttypes.h>
#include <string.h>

#include "snug/cli/command/figures.h"
#include "snug/cli/command/page.h"
#include "snug/cli/stat/metrics.h"
#include "snug/cli/subject/resize.h"

enum { NAME_BYTES = 64, ROW_BYTES = 512 };

struct table {
    FILE *out;
    bool is_all;
    bool has_before;
    unsigned n_rows;
};

/* `          12 (+3)  mappings aligned`. */
static void put_row(struct table *table, uint64_t now, uint64_t before, const char *text)
{
    char change[NAME_BYTES] = "";
    if (!now && !table->is_all)
        return;
    if (table->has_before && now > before)
        (void)snprintf(change, sizeof change, " (+%" PRIu64 ")", now - before);
    (void)fprintf(table->out, "%20" PRIu64 "%s  %s\n", now, change, text);
    table->n_rows++;
}

static void put_head(const struct snug_snapshot *snapshot, FILE *out)
{
    const char *state = "";
    if (snapshot->is_running == SNUG_NO)
        state = ", which has ended";
    else if (snapshot->is_forks)
        state = ", a forked copy: the page is that of the process it was copied from";
    (void)fprintf(out, "Process %d%s\n", snapshot->pid, state);
    snug_page_write_row(out, "page", snapshot->path);
}

void snug_stat_text_write(const struct snug_snapshot *snapshot,
                          const struct snug_snapshot *before, bool is_all, FILE *out)
{
    static const struct snug_snapshot nothing;
    const struct snug_counters *now = &snapshot->page;
    const struct snug_counters *then = before ? &before->page : &nothing.page;
    struct table table = {.out = out, .is_all = is_all, .has_before = before};
    char text[NAME_BYTES];

    put_head(snapshot, out);
    for (unsigned i = 0; i < SNUG_N_COUNTERS; i++)
        if (snug_metrics[i].name)
            put_row(&table, now->counter[i], then->counter[i], snug_metrics[i].text);

    table.is_all = false; /* Most of these are of no machine and no program. */
    for (unsigned i = 0; i < SNUG_COUNTERS_NODES; i++) {
        (void)snprintf(text, sizeof text, "bytes asked for on node %u", i);
        put_row(&table, now->node_bytes[i], then->node_bytes[i], text);
    }
    put_row(&table, now->node_bytes[SNUG_COUNTERS_NODES],
            then->node_bytes[SNUG_COUNTERS_NODES], "bytes asked for on higher nodes");
    for (unsigned i = 0; i < SNUG_COUNTERS_OPTIONS; i++) {
        (void)snprintf(text, sizeof text, "calls of prctl with option %u", i);
        put_row(&table, now->prctl[i], then->prctl[i], text);
    }
    put_row(&table, now->prctl_other, then->prctl_other,
            "calls of prctl with other options");

    char row[ROW_BYTES];
    struct snug_builder resize = snug_text_build(row, sizeof row);
    snug_resize_put(&resize, snapshot);
    if (resize.n)
        snug_page_write_row(out, "live resize", row);
    struct snug_builder measured = snug_text_build(row, sizeof row);
    snug_resize_put_measured(&measured, snapshot);
    if (measured.n)
        snug_page_write_row(out, "measured", row);
    else if (!table.n_rows && !resize.n)
        snug_page_write_row(out, "counters", "all are 0");
}

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

static void write_process(struct snug_json *json, const struct snug_snapshot *snapshot)
{
    const struct snug_counters *page = &snapshot->page;
    snug_json_object(json, NULL);
    snug_json_number(json, "pid", (uint64_t)snapshot->pid);
    snug_json_string(json, "page", snapshot->path);
    if (snapshot->is_running == SNUG_MAYBE)
        snug_json_null(json, "is_running");
    else
        snug_json_bool(json, "is_running", snapshot->is_running == SNUG_YES);
    snug_json_bool(json, "is_forked_copy", snapshot->is_forks);

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
    snug_json_end(json);
}

void snug_stat_text_write_json(const struct snug_snapshot *snapshots, size_t n, FILE *out)
{
    struct snug_json json = snug_json_write(out);
    snug_json_object(&json, NULL);
    snug_json_array(&json, "processes");
    for (size_t i = 0; i < n; i++)
        write_process(&json, &snapshots[i]);
    snug_json_end(&json);
    snug_json_end(&json);
}
