/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A number and what it counts, a line each; what the kernel says has files of its own.
 */
#include "snug/cli/stat/stat_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "snug/cli/command/figures.h"
#include "snug/cli/command/page.h"
#include "snug/cli/stat/metrics.h"
#include "snug/cli/stat/stat_kernel.h"
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

static void put_head(const struct snug_observed *of, FILE *out)
{
    const char *state = "";
    if (of->has_page && of->snapshot.is_running == SNUG_NO)
        state = ", which has ended";
    else if (of->has_page && of->snapshot.is_forks)
        state = ", a forked copy: the page is that of the process it was copied from";
    (void)fprintf(out, "Process %d%s\n", of->snapshot.pid, state);
}

void snug_stat_text_write_page(const struct snug_observed *of,
                               const struct snug_observed *before, bool is_all, FILE *out)
{
    static const struct snug_snapshot nothing;
    const struct snug_snapshot *snapshot = &of->snapshot;
    const struct snug_counters *now = &snapshot->page;
    const struct snug_counters *then = before ? &before->snapshot.page : &nothing.page;
    struct table table = {.out = out, .is_all = is_all, .has_before = before};
    char text[NAME_BYTES];

    snug_page_write_row(out, "page", snapshot->path);
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

/* Most processes have no page, and of those without snug nobody expects one. */
static void put_no_page(const struct snug_observed *of, FILE *out)
{
    char row[ROW_BYTES];
    if (of->page_error == -ENODATA && of->condition.has_object)
        snug_page_write_row(out, "page", "none: stats.file is not set");
    if (of->page_error == -ENODATA)
        return;
    (void)snprintf(row, sizeof row, "not known: %s",
                   of->page_error == -EPROTO ? "it is laid out for another version of snug"
                                             : strerror(-of->page_error));
    snug_page_write_row(out, "page", row);
}

void snug_stat_text_write(const struct snug_census *census,
                          const struct snug_census *before, bool is_all, FILE *out)
{
    for (size_t i = 0; i < census->n; i++) {
        const struct snug_observed *of = &census->observed[i];
        const struct snug_observed *then = before ? snug_census_find(before, of) : NULL;
        if (i)
            (void)fputc('\n', out);
        put_head(of, out);
        snug_stat_kernel_write_process(census, of, out);
        if (of->has_page)
            snug_stat_text_write_page(of, then, is_all, out);
        else
            put_no_page(of, out);
    }
    snug_stat_kernel_write_groups(census, before, out);
}
