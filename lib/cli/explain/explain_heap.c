/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The plan for the heap in words.
 */
#include "snug/cli/command/figures.h"
#include "snug/cli/command/page.h"
#include "snug/cli/explain/explain_heap.h"

enum { LIST_BYTES = 512 };

static void put_nodes(struct snug_builder *out, uint64_t nodes)
{
    const struct snug_cpus set = {.word = {nodes}};
    snug_cpus_put(out, &set);
}

/* `node 1`, `nodes 0-1 in turn`. */
static void write_place(const struct snug_numa_plan *numa, FILE *out)
{
    char what[LIST_BYTES];
    struct snug_builder text = snug_text_build(what, sizeof what);
    const bool is_several = numa->nodes & (numa->nodes - 1);
    if (numa->nodes) {
        snug_text_put(&text, is_several ? "nodes " : "node ");
        put_nodes(&text, numa->nodes);
        snug_text_put(&text, is_several ? " in turn" : "");
    } else {
        snug_text_put(&text, "wherever the kernel puts it");
    }
    snug_page_write_decision(out, "heap memory", what, numa->reason);
}

static void write_confine(const struct snug_numa_plan *numa, FILE *out)
{
    char what[LIST_BYTES];
    struct snug_builder text = snug_text_build(what, sizeof what);
    snug_text_put(&text, numa->is_confined ? "to CPUs " : "no");
    if (numa->is_confined)
        snug_cpus_put(&text, &numa->cpus);
    snug_page_write_decision(out, "confined", what, numa->confine_reason);
}

void snug_explain_heap_write_text(const struct snug_facts *facts,
                                  const struct snug_plan *plan, FILE *out)
{
    if (facts->nodes.n_online > 1)
        write_place(&plan->numa, out);
    if (plan->memory.guard_reason != SNUG_REASON_CEILING_OFF) {
        char what[LIST_BYTES];
        struct snug_builder text = snug_text_build(what, sizeof what);
        if (plan->memory.guard_bytes) {
            snug_text_put(&text, "not past ");
            snug_figures_put_bytes(&text, plan->memory.guard_bytes);
        } else {
            snug_text_put(&text, "is not guarded");
        }
        snug_page_write_decision(out, "heap growth", what, plan->memory.guard_reason);
    }
    if (plan->spans.huge_reason != SNUG_REASON_HUGE_KEEP) {
        char what[LIST_BYTES];
        struct snug_builder text = snug_text_build(what, sizeof what);
        const uint64_t budget = plan->spans.huge_budget_bytes;
        if (plan->spans.forbids_huge) {
            snug_text_put(&text, "none in this process");
        } else if (budget && budget < UINT64_MAX) {
            snug_text_put(&text, "advised for the first ");
            snug_figures_put_bytes(&text, budget);
        } else {
            snug_text_put(&text, budget ? "advised for all of it" : "not advised");
        }
        snug_page_write_decision(out, "heap huge pages", what, plan->spans.huge_reason);
    }
    if (plan->spans.name_reason != SNUG_REASON_NAME_OFF)
        snug_page_write_decision(out, "heap's name",
                                 plan->spans.names ? "snug: go heap" : "left alone",
                                 plan->spans.name_reason);
    if (plan->numa.confine_reason != SNUG_REASON_CONFINE_OFF)
        write_confine(&plan->numa, out);
}

/* `0-1`, or null if it is empty or too long. */
static void write_set(struct snug_json *json, const char *name, const struct snug_cpus *set)
{
    char list[LIST_BYTES];
    struct snug_builder text = snug_text_build(list, sizeof list);
    snug_cpus_put(&text, set);
    if (text.is_full || !text.n)
        snug_json_null(json, name);
    else
        snug_json_string(json, name, list);
}

void snug_explain_heap_write_json(struct snug_json *json, const struct snug_plan *plan)
{
    const struct snug_numa_plan *numa = &plan->numa;
    const struct snug_cpus nodes = {.word = {numa->nodes}};

    snug_json_object(json, "numa");
    write_set(json, "nodes", &nodes);
    snug_json_string(json, "reason", snug_reason_words(numa->reason));
    write_set(json, "confined_to", &numa->cpus);
    snug_json_string(json, "confine_reason", snug_reason_words(numa->confine_reason));
    snug_json_end(json);

    snug_json_object(json, "guard");
    if (plan->memory.guard_bytes)
        snug_json_number(json, "limit_bytes", plan->memory.guard_bytes);
    else
        snug_json_null(json, "limit_bytes");
    snug_json_string(json, "reason", snug_reason_words(plan->memory.guard_reason));
    snug_json_end(json);

    snug_json_object(json, "huge");
    if (plan->spans.huge_budget_bytes && plan->spans.huge_budget_bytes < UINT64_MAX)
        snug_json_number(json, "budget_bytes", plan->spans.huge_budget_bytes);
    else
        snug_json_null(json, "budget_bytes");
    snug_json_string(json, "reason", snug_reason_words(plan->spans.huge_reason));
    snug_json_string(json, "name_reason", snug_reason_words(plan->spans.name_reason));
    snug_json_end(json);
}
