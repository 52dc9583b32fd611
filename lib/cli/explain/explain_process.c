/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Threads, children and following.
 */
#include "snug/cli/command/page.h"
#include "snug/cli/explain/explain_process.h"
#include "snug/policy/values.h"

enum { WHAT_BYTES = 128 };

static void write_threads(const struct snug_thread_plan *threads, FILE *out)
{
    char what[WHAT_BYTES];
    struct snug_builder text = snug_text_build(what, sizeof what);
    snug_text_put(&text, threads->warn ? "a line at " : "no lines");
    if (threads->warn) {
        snug_text_put_u64(&text, 2 * threads->warn);
        snug_text_put(&text, " and at each doubling");
    }
    snug_page_write_decision(out, "threads", what, threads->reason);
}

static void write_children(const struct snug_child_plan *children, FILE *out)
{
    char what[WHAT_BYTES];
    struct snug_builder text = snug_text_build(what, sizeof what);
    const struct snug_setting signal = {
        .unit = SNUG_UNIT_SIGNAL,
        .number = children->signal,
    };
    if (signal.number)
        snug_values_put(&text, SNUG_CHILD_PDEATHSIG, &signal);
    else
        snug_text_put(&text, "no signal");
    snug_page_write_decision(out, "children", what, children->reason);
}

static void write_measure(const struct snug_follow_plan *follow, FILE *out)
{
    char what[WHAT_BYTES];
    struct snug_builder text = snug_text_build(what, sizeof what);
    snug_text_put(&text, follow->measures ? "measured each " : "10% of the limit");
    if (follow->measures) {
        snug_text_put_u64(&text, follow->interval_ms);
        snug_text_put(&text, " ms");
    }
    snug_page_write_decision(out, "headroom", what, follow->measure_reason);
}

static void write_follow(const struct snug_follow_plan *follow, FILE *out)
{
    if (!follow->has_limits) {
        snug_page_write_decision(out, "follow", "no", follow->reason);
        return;
    }
    char what[WHAT_BYTES];
    struct snug_builder text = snug_text_build(what, sizeof what);
    snug_text_put(&text, "the limits are read again each ");
    snug_text_put_u64(&text, follow->interval_ms);
    snug_text_put(&text, " ms");
    snug_page_write_decision(out, "follow", what, follow->reason);
    snug_page_write_decision(out, "followed CPUs",
                             follow->moves_cpus ? "by GOMAXPROCS and C code"
                                                : "by C code only",
                             follow->cpu_reason);
    snug_page_write_decision(out, "followed memory",
                             follow->moves_memory ? "by the Go runtime" : "no",
                             follow->memory_reason);
}

static void write_allocator(const struct snug_allocator_plan *allocator, FILE *out)
{
    char what[WHAT_BYTES];
    struct snug_builder text = snug_text_build(what, sizeof what);
    snug_text_put(&text, allocator->most_arenas ? "at most " : "left alone");
    if (allocator->most_arenas)
        snug_text_put_u64(&text, allocator->most_arenas);
    snug_page_write_decision(out, "malloc's arenas", what, allocator->reason);
}

void snug_explain_process_write_text(const struct snug_plan *plan, FILE *out)
{
    if (plan->threads.reason != SNUG_REASON_THREADS_OFF)
        write_threads(&plan->threads, out);
    if (plan->children.reason != SNUG_REASON_CHILD_OFF)
        write_children(&plan->children, out);
    if (plan->follow.reason != SNUG_REASON_FOLLOW_OFF)
        write_follow(&plan->follow, out);
    if (plan->follow.measure_reason != SNUG_REASON_MEASURE_NOT)
        write_measure(&plan->follow, out);
    if (plan->allocator.reason != SNUG_REASON_ARENAS_KEEP)
        write_allocator(&plan->allocator, out);
}

static void write_number_if(struct snug_json *json, const char *name, bool is_set,
                            uint64_t number)
{
    if (is_set)
        snug_json_number(json, name, number);
    else
        snug_json_null(json, name);
}

void snug_explain_process_write_json(const struct snug_plan *plan, struct snug_json *json)
{
    const struct snug_thread_plan *threads = &plan->threads;
    const struct snug_child_plan *children = &plan->children;
    const struct snug_follow_plan *follow = &plan->follow;
    const struct snug_allocator_plan *allocator = &plan->allocator;

    snug_json_object(json, "threads");
    write_number_if(json, "warn", threads->warn > 0, threads->warn);
    snug_json_string(json, "reason", snug_reason_words(threads->reason));
    snug_json_end(json);
    snug_json_object(json, "children");
    write_number_if(json, "signal", children->signal > 0, children->signal);
    snug_json_string(json, "reason", snug_reason_words(children->reason));
    snug_json_end(json);
    snug_json_object(json, "follow");
    write_number_if(json, "interval_ms", follow->is_on, follow->interval_ms);
    snug_json_bool(json, "measures", follow->measures);
    snug_json_string(json, "measure_reason", snug_reason_words(follow->measure_reason));
    snug_json_string(json, "reason", snug_reason_words(follow->reason));
    snug_json_bool(json, "moves_cpus", follow->moves_cpus);
    snug_json_string(json, "cpu_reason", snug_reason_words(follow->cpu_reason));
    snug_json_bool(json, "moves_memory", follow->moves_memory);
    snug_json_string(json, "memory_reason", snug_reason_words(follow->memory_reason));
    snug_json_end(json);
    snug_json_object(json, "allocator");
    write_number_if(json, "most_arenas", allocator->most_arenas > 0,
                    allocator->most_arenas);
    snug_json_string(json, "reason", snug_reason_words(allocator->reason));
    snug_json_end(json);
}
