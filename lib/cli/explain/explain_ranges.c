/* SPDX-License-Identifier: LGPL-2.1-or-later
 * span.align, as it is told in `snug explain`.
 */
#include "snug/cli/command/figures.h"
#include "snug/cli/command/page.h"
#include "snug/cli/explain/explain_ranges.h"

enum { ROW_BYTES = 256 };

static void write_row(FILE *out, const char *label, const char *before, uint64_t bytes,
                      const char *after, enum snug_reason reason)
{
    char row[ROW_BYTES];
    struct snug_builder text = snug_text_build(row, sizeof row);
    if (bytes) {
        snug_text_put(&text, before);
        snug_figures_put_bytes(&text, bytes);
        snug_text_put(&text, after);
    } else {
        snug_text_put(&text, "left alone");
    }
    snug_text_put(&text, ": ");
    snug_text_put(&text, snug_reason_words(reason));
    snug_page_write_row(out, label, row);
}

void snug_explain_ranges_write_text(const struct snug_range_plan *plan, FILE *out)
{
    if (plan->align_reason != SNUG_REASON_ALIGN_OFF)
        write_row(out, "large ranges", "at multiples of ", plan->align_bytes, "",
                  plan->align_reason);
}

static void write_bytes(struct snug_json *json, const char *name, uint64_t bytes)
{
    if (bytes)
        snug_json_number(json, name, bytes);
    else
        snug_json_null(json, name);
}

void snug_explain_ranges_write_json(const struct snug_range_plan *plan,
                                    struct snug_json *json)
{
    snug_json_object(json, "ranges");
    write_bytes(json, "align_bytes", plan->align_bytes);
    snug_json_string(json, "align_reason", snug_reason_words(plan->align_reason));
    snug_json_end(json);
}
