/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A change: when, from what, to what, why, how long it took.
 */
#include "snug/cli/subject/resize.h"

#include <stdio.h>
#include <time.h>

#include "snug/cli/command/figures.h"
#include "snug/plan/reason.h"

enum { TIME_BYTES = 32, NS_PER_US = 1000, NS_PER_S = 1000000000 };

static void put_time(struct snug_builder *out, uint64_t when_ns)
{
    const time_t when = (time_t)(when_ns / NS_PER_S);
    struct tm fields;
    char text[TIME_BYTES];
    if (gmtime_r(&when, &fields) &&
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &fields))
        snug_text_put(out, text);
    else
        snug_text_put(out, "an unknown time");
}

static void put_count(struct snug_builder *out, uint64_t cpus)
{
    if (cpus)
        snug_text_put_u64(out, cpus);
    else
        snug_text_put(out, "all");
}

static void put_bytes(struct snug_builder *out, uint64_t bytes)
{
    if (bytes)
        snug_figures_put_bytes(out, bytes);
    else
        snug_text_put(out, "none");
}

const char *snug_resize_words(uint64_t reason)
{
    return reason < SNUG_N_REASONS ? snug_reason_words((enum snug_reason)reason)
                                   : "for a reason that this version does not know";
}

void snug_resize_put(struct snug_builder *out, const struct snug_snapshot *snapshot)
{
    const struct snug_change *change = &snapshot->change;
    if (!snapshot->n_changes)
        return;
    snug_text_put_u64(out, snapshot->n_changes);
    snug_text_put(out, snapshot->n_changes == 1 ? " change" : " changes");
    if (!snapshot->has_change)
        return;
    snug_text_put(out, ", the last at ");
    put_time(out, change->when_ns);
    snug_text_put(out, " in ");
    snug_text_put_u64(out, change->took_ns / NS_PER_US);
    snug_text_put(out, " us: CPUs from ");
    put_count(out, change->cpus_from);
    snug_text_put(out, " to ");
    put_count(out, change->cpus_to);
    snug_text_put(out, ", memory target from ");
    put_bytes(out, change->bytes_from);
    snug_text_put(out, " to ");
    put_bytes(out, change->bytes_to);
    snug_text_put(out, ": ");
    snug_text_put(out, snug_resize_words(change->reason));
}

void snug_resize_put_measured(struct snug_builder *out,
                              const struct snug_snapshot *snapshot)
{
    static const char texts[SNUG_MEASURED_WORDS][16] = {"target ", ", others ",
                                                        ", reserve ", ", limit "};
    const _Atomic uint64_t *measured = snapshot->page.measured;
    for (unsigned i = 0; i < SNUG_MEASURED_WORDS && measured[0]; i++) {
        snug_text_put(out, texts[i]);
        snug_figures_put_bytes(out, measured[i]);
    }
}

static void write_measured_json(struct snug_json *json, const _Atomic uint64_t *measured)
{
    static const char names[SNUG_MEASURED_WORDS][16] = {"target_bytes", "others_bytes",
                                                        "reserve_bytes", "limit_bytes"};
    if (!measured[0]) {
        snug_json_null(json, "measured");
        return;
    }
    snug_json_object(json, "measured");
    for (unsigned i = 0; i < SNUG_MEASURED_WORDS; i++)
        snug_json_number(json, names[i], measured[i]);
    snug_json_end(json);
}

void snug_resize_write_json(struct snug_json *json, const struct snug_snapshot *snapshot)
{
    const struct snug_change *change = &snapshot->change;
    write_measured_json(json, snapshot->page.measured);
    if (!snapshot->n_changes) {
        snug_json_null(json, "resize");
        return;
    }
    snug_json_object(json, "resize");
    snug_json_number(json, "changes", snapshot->n_changes);
    if (snapshot->has_change) {
        snug_json_number(json, "when_ns", change->when_ns);
        snug_json_number(json, "took_ns", change->took_ns);
        snug_json_number(json, "cpus_from", change->cpus_from);
        snug_json_number(json, "cpus_to", change->cpus_to);
        snug_json_number(json, "memory_from_bytes", change->bytes_from);
        snug_json_number(json, "memory_to_bytes", change->bytes_to);
        snug_json_string(json, "reason", snug_resize_words(change->reason));
    }
    snug_json_end(json);
}
