/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What was asked for and cannot be had is no change: the whole answer says why.
 */
#include "snug/cli/explain/explain_diff.h"

#include "snug/cli/command/figures.h"
#include "snug/cli/command/page.h"
#include "snug/cli/explain/verdict.h"
#include "snug/policy/values.h"

enum { WHAT_BYTES = 8192 }; /* A list of CPUs may be as long. */

/* A row under construction. */
struct row {
    FILE *out;
    unsigned n; /* Rows written. */
    char buffer[WHAT_BYTES];
    struct snug_builder text;
};

static struct snug_builder *begin_row(struct row *row)
{
    row->text = snug_text_build(row->buffer, sizeof row->buffer);
    return &row->text;
}

static void end_row(struct row *row, const char *label, enum snug_reason reason)
{
    snug_page_write_decision(row->out, label, row->buffer, reason);
    row->n++;
}

static void put_row(struct row *row, bool is_changed, const char *label, const char *what,
                    enum snug_reason reason)
{
    if (!is_changed)
        return;
    snug_text_put(begin_row(row), what);
    end_row(row, label, reason);
}

static void put_bytes_row(struct row *row, bool is_changed, const char *label,
                          const char *before, uint64_t bytes, const char *after,
                          enum snug_reason reason)
{
    if (!is_changed)
        return;
    struct snug_builder *text = begin_row(row);
    snug_text_put(text, before);
    snug_figures_put_bytes(text, bytes);
    snug_text_put(text, after);
    end_row(row, label, reason);
}

static void write_cpus(struct row *row, const struct snug_cpu_facts *facts,
                       const struct snug_cpu_plan *cpu)
{
    struct snug_builder *text;
    if (cpu->is_presented) {
        text = begin_row(row);
        snug_text_put_u64(text, cpu->count);
        snug_text_put(text, " (");
        snug_cpus_put(text, &cpu->presented);
        snug_text_put(text, ") in place of ");
        snug_text_put_u64(text, facts->n_allowed);
        end_row(row, "CPUs", cpu->reason);
    }
    if (cpu->sets_gomaxprocs) {
        text = begin_row(row);
        snug_text_put_u64(text, cpu->count);
        snug_text_put(text, " in place of none");
        end_row(row, "GOMAXPROCS", cpu->gomaxprocs_reason);
    }
}

static void write_memory(struct row *row, const struct snug_plan *plan)
{
    const struct snug_memory_plan *memory = &plan->memory;
    put_bytes_row(row, memory->sets_go_limit, "GOMEMLIMIT", "", memory->go_limit_bytes,
                  " in place of none", memory->reason);
    for (unsigned i = 0; memory->sets_gogc && i < plan->n_variables; i++) {
        struct snug_text value = snug_text_of(plan->variable[i]);
        struct snug_text name;
        if (!snug_text_cut(&value, '=', &name) || !snug_text_equals(name, "GOGC"))
            continue;
        struct snug_builder *text = begin_row(row);
        snug_text_put_slice(text, value);
        snug_text_put(text, " in place of none");
        end_row(row, "GOGC", memory->gogc_reason);
    }
    put_bytes_row(row, memory->is_presented, "memory for C", "", memory->present_bytes,
                  " in place of the machine's", memory->present_reason);
    put_bytes_row(row, memory->guard_bytes, "heap growth", "refused past ",
                  memory->guard_bytes, "", memory->guard_reason);
}

static void write_heap(struct row *row, const struct snug_plan *plan)
{
    const struct snug_numa_plan *numa = &plan->numa;
    const struct snug_span_plan *spans = &plan->spans;
    if (numa->nodes) {
        const struct snug_cpus nodes = {.word = {numa->nodes}};
        struct snug_builder *text = begin_row(row);
        snug_text_put(text, "asked for on node ");
        snug_cpus_put(text, &nodes);
        end_row(row, "heap memory", numa->reason);
    }
    if (numa->is_confined) {
        struct snug_builder *text = begin_row(row);
        snug_text_put(text, "to CPUs ");
        snug_cpus_put(text, &numa->cpus);
        end_row(row, "confined", numa->confine_reason);
    }
    put_row(row, spans->forbids_huge, "heap huge pages", "none in this process",
            spans->huge_reason);
    put_row(row, !spans->forbids_huge && spans->huge_budget_bytes == UINT64_MAX,
            "heap huge pages", "advised for all of it", spans->huge_reason);
    put_bytes_row(row,
                  !spans->forbids_huge && spans->huge_budget_bytes &&
                      spans->huge_budget_bytes < UINT64_MAX,
                  "heap huge pages", "advised for the first ", spans->huge_budget_bytes, "",
                  spans->huge_reason);
    put_row(row, spans->names, "heap's name", "snug: go heap", spans->name_reason);
    put_bytes_row(row, plan->ranges.align_bytes, "large ranges", "at multiples of ",
                  plan->ranges.align_bytes, "", plan->ranges.align_reason);
}

static void write_calls(struct row *row, const struct snug_plan *plan)
{
    put_row(row, plan->prctl.owns_thp, "huge pages", "not changed by C code",
            plan->prctl.reason);
    put_row(row, plan->seccomp.softens, "seccomp filters", "C code's log what they refuse",
            plan->seccomp.reason);
    if (plan->children.signal) {
        const struct snug_setting signal = {.unit = SNUG_UNIT_SIGNAL,
                                            .number = plan->children.signal};
        snug_values_put(begin_row(row), SNUG_CHILD_PDEATHSIG, &signal);
        end_row(row, "children", plan->children.reason);
    }
    if (plan->allocator.most_arenas) {
        struct snug_builder *text = begin_row(row);
        snug_text_put(text, "at most ");
        snug_text_put_u64(text, plan->allocator.most_arenas);
        end_row(row, "malloc's arenas", plan->allocator.reason);
    }
}

static void write_later(struct row *row, const struct snug_follow_plan *follow)
{
    put_row(row, follow->has_limits && follow->moves_cpus, "followed CPUs",
            "by GOMAXPROCS and C code", follow->cpu_reason);
    put_row(row, follow->has_limits && follow->moves_memory, "followed memory",
            "by the Go runtime", follow->memory_reason);
    put_row(row, follow->measures, "headroom", "measured again and again",
            follow->measure_reason);
}

void snug_explain_diff_write_text(const struct snug_subject *subject, FILE *out)
{
    const struct snug_plan *plan = &subject->plan;
    struct row row = {.out = out};
    if (plan->is_active) {
        write_cpus(&row, &subject->facts.cpu, &plan->cpu);
        write_memory(&row, plan);
        write_heap(&row, plan);
        write_calls(&row, plan);
        write_later(&row, &plan->follow);
    }
    if (!row.n && !plan->is_active)
        put_row(&row, true, "snug",
                snug_verdict_is_open(subject) ? "decided when it runs"
                                              : "nothing is changed",
                plan->reason);
    else if (!row.n)
        snug_page_write_row(out, "snug", "nothing is changed; without --diff it says why");
    /* They may say that the object does not come there. */
    if (subject->n_notes)
        snug_page_write_heading(out, "Notes", false);
    for (unsigned i = 0; i < subject->n_notes; i++)
        snug_page_write_row(out, "", subject->note[i]);
}
