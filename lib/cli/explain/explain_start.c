/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The plan of the start stands on the page of counters, and nowhere else: the variables are
 * taken out of the environment again.
 */
#include "snug/cli/explain/explain_start.h"

#include <string.h>

#include "snug/cli/command/figures.h"
#include "snug/cli/command/page.h"
#include "snug/cli/subject/resize.h"

enum { ROW_BYTES = 8192 };

/* Another version may number its reasons in another way. */
static const char *words_of(const struct snug_chosen *chosen, uint64_t reason)
{
    return strcmp(chosen->version, SNUG_VERSION) == 0 ? snug_resize_words(reason)
                                                      : "for a reason of another version's";
}

static bool is_process(const struct snug_subject *subject)
{
    return subject->root.pid || (subject->is_captured_process && subject->object.is_told);
}

static void put_count(struct snug_builder *out, uint64_t count)
{
    if (count)
        snug_text_put_u64(out, count);
    else
        snug_text_put(out, "left alone");
}

static void put_bytes(struct snug_builder *out, uint64_t bytes)
{
    if (bytes)
        snug_figures_put_bytes(out, bytes);
    else
        snug_text_put(out, "left alone");
}

/* `2 at its start, 3 by the plan of now: the CPU limit, rounded`. */
static void write_row(FILE *out, const char *label,
                      void (*put)(struct snug_builder *, uint64_t), uint64_t then,
                      uint64_t now, const char *reason)
{
    char row[ROW_BYTES];
    struct snug_builder text = snug_text_build(row, sizeof row);
    put(&text, then);
    if (then == now) {
        snug_text_put(&text, " at its start, and by the plan of now");
    } else {
        snug_text_put(&text, " at its start: ");
        snug_text_put(&text, reason);
        snug_text_put(&text, "; ");
        put(&text, now);
        snug_text_put(&text, " by the plan of now");
    }
    snug_page_write_row(out, label, row);
}

static void write_object(const struct snug_object *object, FILE *out)
{
    char row[ROW_BYTES];
    struct snug_builder text = snug_text_build(row, sizeof row);
    if (object->is_loaded == SNUG_YES) {
        snug_text_put(&text, object->path[0] ? object->path : "loaded");
        snug_text_put(&text,
                      object->version[0] ? ", version " : ", of a version not known");
        snug_text_put(&text, object->version);
    } else {
        snug_text_put(&text, object->is_loaded == SNUG_NO
                                 ? "not loaded"
                                 : "not known: its mappings cannot be read");
    }
    snug_page_write_row(out, "object", row);
}

static uint64_t cpus_now(const struct snug_plan *plan)
{
    return plan->is_active && plan->cpu.is_presented ? plan->cpu.count : 0;
}

static uint64_t variable_now(const struct snug_plan *plan)
{
    return plan->is_active && plan->cpu.sets_gomaxprocs ? plan->cpu.count : 0;
}

static uint64_t bytes_now(const struct snug_plan *plan)
{
    return plan->is_active && plan->memory.sets_go_limit ? plan->memory.go_limit_bytes : 0;
}

void snug_explain_start_write_text(const struct snug_subject *subject, FILE *out)
{
    const struct snug_object *object = &subject->object;
    const struct snug_chosen *chosen = &object->chosen;
    const struct snug_plan *plan = &subject->plan;
    if (!is_process(subject))
        return;
    snug_page_write_heading(out, "Process", false);
    write_object(object, out);
    if (object->is_loaded != SNUG_YES)
        return;
    if (!chosen->version[0]) {
        snug_page_write_row(out, "at its start",
                            "not known: it has no page of counters, "
                            "which stats.file gives it");
        return;
    }
    write_row(out, "CPUs", put_count, chosen->cpus, cpus_now(plan),
              words_of(chosen, chosen->cpu_reason));
    if (chosen->gomaxprocs || variable_now(plan))
        write_row(out, "GOMAXPROCS", put_count, chosen->gomaxprocs, variable_now(plan),
                  words_of(chosen, chosen->cpu_reason));
    write_row(out, "GOMEMLIMIT", put_bytes, chosen->go_limit_bytes, bytes_now(plan),
              words_of(chosen, chosen->memory_reason));
}

static void write_number_if(struct snug_json *json, const char *name, uint64_t number)
{
    if (number)
        snug_json_number(json, name, number);
    else
        snug_json_null(json, name);
}

static void write_start_json(const struct snug_chosen *chosen, struct snug_json *json)
{
    if (!chosen->version[0]) {
        snug_json_null(json, "start");
        return;
    }
    snug_json_object(json, "start");
    write_number_if(json, "cpus", chosen->cpus);
    write_number_if(json, "gomaxprocs", chosen->gomaxprocs);
    snug_json_string(json, "cpu_reason", words_of(chosen, chosen->cpu_reason));
    write_number_if(json, "go_limit_bytes", chosen->go_limit_bytes);
    snug_json_string(json, "memory_reason", words_of(chosen, chosen->memory_reason));
    snug_json_end(json);
}

void snug_explain_start_write_json(const struct snug_subject *subject,
                                   struct snug_json *json)
{
    const struct snug_object *object = &subject->object;
    if (!is_process(subject)) {
        snug_json_null(json, "process");
        return;
    }
    snug_json_object(json, "process");
    if (object->is_loaded == SNUG_MAYBE)
        snug_json_null(json, "is_loaded");
    else
        snug_json_bool(json, "is_loaded", object->is_loaded == SNUG_YES);
    snug_json_string(json, "object", object->path[0] ? object->path : NULL);
    snug_json_string(json, "version", object->version[0] ? object->version : NULL);
    write_start_json(&object->chosen, json);
    snug_json_end(json);
}
