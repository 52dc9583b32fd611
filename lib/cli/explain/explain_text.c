/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Facts, policy and plan in words.
 */
#include "snug/cli/command/figures.h"
#include "snug/cli/command/page.h"
#include "snug/cli/explain/explain_heap.h"
#include "snug/cli/explain/explain_process.h"
#include "snug/cli/explain/explain_program.h"
#include "snug/cli/explain/explain_ranges.h"
#include "snug/cli/explain/explain_start.h"
#include "snug/cli/explain/explain_text.h"
#include "snug/cli/explain/verdict.h"
#include "snug/policy/values.h"

enum { ROW_BYTES = 4096 };

/* One row under construction. */
struct row {
    char buffer[ROW_BYTES];
    struct snug_builder text;
};

static void begin_row(struct row *row)
{
    row->text = snug_text_build(row->buffer, sizeof row->buffer);
}

static void end_row(struct row *row, FILE *out, const char *label)
{
    snug_page_write_row(out, label, row->buffer);
}

static void put_unknown(struct snug_builder *out, enum snug_why why)
{
    snug_text_put(out, "unknown: ");
    snug_text_put(out, snug_facts_why(why));
}

static void put_quota(struct snug_builder *out, const struct snug_quota *quota)
{
    switch (quota->kind) {
    case SNUG_UNKNOWN:
        put_unknown(out, quota->why);
        return;
    case SNUG_NONE:
        snug_text_put(out, "none");
        return;
    case SNUG_SET:
        break;
    }
    const uint64_t milli = snug_figures_milli(quota);
    snug_figures_put_milli(out, milli);
    snug_text_put(out, milli == 1000 ? " CPU (" : " CPUs (");
    snug_text_put_u64(out, quota->quota_usec);
    snug_text_put(out, " us each ");
    snug_text_put_u64(out, quota->period_usec);
    snug_text_put(out, " us) by ");
    snug_text_put(out, quota->from);
}

static bool is_same_quota(const struct snug_quota *a, const struct snug_quota *b)
{
    return a->kind == b->kind && a->why == b->why && a->quota_usec == b->quota_usec &&
           a->period_usec == b->period_usec;
}

static void write_cpu_facts(const struct snug_facts *facts, FILE *out)
{
    struct row row;
    begin_row(&row);
    if (facts->cpu.n_allowed) {
        snug_text_put_u64(&row.text, facts->cpu.n_allowed);
        snug_text_put(&row.text, " (");
        snug_cpus_put(&row.text, &facts->cpu.allowed);
        snug_text_put(&row.text, ")");
    } else {
        put_unknown(&row.text, facts->cpu.allowed_why);
    }
    if (facts->nodes.n_online > 1) {
        snug_text_put(&row.text, ", of a machine with ");
        snug_text_put_u64(&row.text, facts->nodes.n_online);
        snug_text_put(&row.text, " NUMA nodes");
    }
    end_row(&row, out, "allowed CPUs");

    begin_row(&row);
    put_quota(&row.text, &facts->cpu.limit);
    end_row(&row, out, "CPU limit");

    if (is_same_quota(&facts->cpu.limit, &facts->cpu.own))
        return;
    begin_row(&row);
    put_quota(&row.text, &facts->cpu.own);
    end_row(&row, out, "own cgroup's");
}

static void write_memory_facts(const struct snug_memory_facts *memory, FILE *out)
{
    const struct snug_bytes *limit = &memory->limit;
    struct row row;
    begin_row(&row);
    switch (limit->kind) {
    case SNUG_UNKNOWN:
        put_unknown(&row.text, limit->why);
        break;
    case SNUG_NONE:
        snug_text_put(&row.text, "none");
        break;
    case SNUG_SET:
        snug_figures_put_bytes(&row.text, limit->bytes);
        snug_text_put(&row.text, " by ");
        snug_text_put(&row.text, limit->from);
        if (limit->is_stated)
            snug_text_put(&row.text, " of lxcfs");
        break;
    }
    end_row(&row, out, "memory limit");
    if (!memory->announced_bytes)
        return;
    begin_row(&row);
    snug_figures_put_bytes(&row.text, memory->announced_bytes);
    end_row(&row, out, "announced");
}

static void put_variable(struct snug_builder *out, const char *name, enum snug_owner owner)
{
    if (owner == SNUG_OWNER_NOBODY)
        return;
    snug_text_put(out, out->n ? ", " : "");
    snug_text_put(out, name);
    snug_text_put(out,
                  owner == SNUG_OWNER_USER ? " (the user's)" : " (an ancestor's snug)");
}

static void put_setting_of_godebug(struct snug_builder *out, const char *name,
                                   enum snug_answer answer)
{
    if (answer == SNUG_MAYBE)
        return;
    snug_text_put(out, out->n ? ", " : "");
    snug_text_put(out, "GODEBUG ");
    snug_text_put(out, name);
    snug_text_put(out, answer == SNUG_YES ? "=1" : "=0");
}

static void write_variable_facts(const struct snug_subject *subject, FILE *out)
{
    const struct snug_variable_facts *variables = &subject->facts.variables;
    struct row row;
    begin_row(&row);
    if ((subject->root.pid || subject->is_captured_process) && !subject->has_own_entries)
        snug_text_put(&row.text, "unknown");
    put_variable(&row.text, "GOMAXPROCS", variables->gomaxprocs);
    put_variable(&row.text, "GOMEMLIMIT", variables->gomemlimit);
    put_variable(&row.text, "GOGC", variables->gogc);
    put_setting_of_godebug(&row.text, "containermaxprocs", variables->container_maxprocs);
    put_setting_of_godebug(&row.text, "updatemaxprocs", variables->update_maxprocs);
    if (!row.text.n)
        snug_text_put(&row.text, "none of GOMAXPROCS, GOMEMLIMIT, GOGC is set");
    end_row(&row, out, "variables");
}

static void write_facts(const struct snug_subject *subject, FILE *out)
{
    const struct snug_facts *facts = &subject->facts;
    snug_page_write_heading(out, "Facts", true);
    snug_explain_program_write_text(subject, out);
    write_cpu_facts(facts, out);
    write_memory_facts(&facts->memory, out);
    write_variable_facts(subject, out);
    snug_page_write_row(out, "seccomp", snug_figures_seccomp(facts->privileges.seccomp));
}

static void write_setting(const struct snug_policy *policy, enum snug_key key, FILE *out)
{
    const struct snug_setting *setting = &policy->setting[key];
    const struct snug_option *option = &snug_options[key];
    char value[SNUG_TEXT_VALUE_BYTES + 8];
    struct snug_builder value_text = snug_text_build(value, sizeof value);
    snug_values_put(&value_text, key, setting);

    struct row row;
    begin_row(&row);
    snug_text_put(&row.text, value);
    /* The parts line up as long as values are short. */
    for (size_t n = value_text.n; n < 12; n++)
        snug_text_put(&row.text, " ");
    snug_text_put(&row.text, " ");
    switch (setting->source) {
    case SNUG_FROM_DEFAULT:
        snug_text_put(&row.text, "default");
        break;
    case SNUG_FROM_FILE:
        snug_text_put(&row.text, policy->file);
        snug_text_put(&row.text, ":");
        snug_text_put_u64(&row.text, setting->line);
        break;
    case SNUG_FROM_ENVIRONMENT:
        snug_options_put_variable(&row.text, key);
        break;
    case SNUG_FROM_COMMAND:
        snug_text_put(&row.text, "--");
        snug_text_put(&row.text, option->name);
        break;
    }
    if (setting->is_locked)
        snug_text_put(&row.text, ", locked");
    end_row(&row, out, option->name);
}

static void write_problems(const struct snug_policy *policy, FILE *out)
{
    for (unsigned i = 0; i < policy->n_problems; i++) {
        struct row row;
        begin_row(&row);
        snug_policy_describe(policy, &policy->problem[i], &row.text);
        end_row(&row, out, "problem");
    }
    if (policy->n_problems_lost) {
        struct row row;
        begin_row(&row);
        snug_text_put_u64(&row.text, policy->n_problems_lost);
        snug_text_put(&row.text, " more");
        end_row(&row, out, "problem");
    }
}

/* A file that is there and was not read has left a problem. */
static bool is_missing(const struct snug_policy *policy)
{
    for (unsigned i = 0; i < policy->n_problems; i++)
        if (policy->problem[i].source == SNUG_FROM_FILE)
            return false;
    return true;
}

static void write_policy(const struct snug_policy *policy,
                         const struct snug_follow_plan *follow, bool is_all, FILE *out)
{
    snug_page_write_heading(out, "Policy", false);
    struct row row;
    begin_row(&row);
    snug_text_put(&row.text, policy->file);
    if (!policy->has_file)
        snug_text_put(&row.text, is_missing(policy) ? " (not there)" : " (not read)");
    if (follow->is_on && policy->file[0] == '/')
        snug_text_put(&row.text, ", read again when it changes");
    end_row(&row, out, "file");
    write_problems(policy, out);

    unsigned n_shown = 0;
    for (unsigned i = 0; i < SNUG_N_KEYS; i++) {
        if (!is_all && policy->setting[i].source == SNUG_FROM_DEFAULT)
            continue;
        write_setting(policy, (enum snug_key)i, out);
        n_shown++;
    }
    if (!n_shown)
        snug_page_write_row(out, "keys", "all at their defaults");
}

/* `WHAT: the reason in words`. */
static void write_decision(FILE *out, const char *label, struct row *row,
                           enum snug_reason reason)
{
    snug_text_put(&row->text, ": ");
    snug_text_put(&row->text, snug_reason_words(reason));
    end_row(row, out, label);
}

static void write_variable_decision(FILE *out, const struct snug_plan *plan,
                                    const char *name, enum snug_reason reason)
{
    struct row row;
    begin_row(&row);
    for (unsigned i = 0; i < plan->n_variables; i++) {
        struct snug_text value = snug_text_of(plan->variable[i]);
        struct snug_text found;
        if (snug_text_cut(&value, '=', &found) && snug_text_equals(found, name))
            snug_text_put_slice(&row.text, value);
    }
    if (!row.text.n)
        snug_text_put(&row.text, "left alone");
    write_decision(out, name, &row, reason);
}

static void write_plan(const struct snug_subject *subject, FILE *out)
{
    const struct snug_facts *facts = &subject->facts;
    const struct snug_plan *plan = &subject->plan;
    snug_page_write_heading(out, "Plan", false);
    struct row row;
    if (!plan->is_active) {
        begin_row(&row);
        snug_text_put(&row.text, snug_verdict_is_open(subject) ? "decided when it runs"
                                                               : "nothing is changed");
        write_decision(out, "snug", &row, plan->reason);
        return;
    }

    begin_row(&row);
    if (plan->cpu.count) {
        snug_text_put_u64(&row.text, plan->cpu.count);
        if (plan->cpu.is_presented) {
            snug_text_put(&row.text, " (");
            snug_cpus_put(&row.text, &plan->cpu.presented);
            snug_text_put(&row.text, ")");
        }
    } else {
        snug_text_put(&row.text, "left alone");
    }
    write_decision(out, "CPUs", &row, plan->cpu.reason);

    begin_row(&row);
    snug_text_put(&row.text, plan->cpu.has_window ? "yes" : "no");
    write_decision(out, "start window", &row, plan->cpu.window_reason);
    write_variable_decision(out, plan, "GOMAXPROCS", plan->cpu.gomaxprocs_reason);
    if (plan->cpu.shown_reason == SNUG_REASON_SHOWN_OFF) {
        begin_row(&row);
        snug_text_put(&row.text, "all that are allowed");
        write_decision(out, "CPUs for C", &row, plan->cpu.shown_reason);
    }

    begin_row(&row);
    if (plan->memory.sets_go_limit)
        snug_figures_put_bytes(&row.text, plan->memory.go_limit_bytes);
    else
        snug_text_put(&row.text, "left alone");
    write_decision(out, "GOMEMLIMIT", &row, plan->memory.reason);

    write_variable_decision(out, plan, "GOGC", plan->memory.gogc_reason);

    begin_row(&row);
    if (plan->memory.is_presented)
        snug_figures_put_bytes(&row.text, plan->memory.present_bytes);
    else
        snug_text_put(&row.text, "the machine's");
    write_decision(out, "memory for C", &row, plan->memory.present_reason);

    snug_explain_heap_write_text(facts, plan, out);
    if (plan->prctl.owns_thp) {
        begin_row(&row);
        snug_text_put(&row.text, "not changed by C code");
        write_decision(out, "huge pages", &row, plan->prctl.reason);
    }
    if (plan->seccomp.is_guarded) {
        begin_row(&row);
        snug_text_put(&row.text, plan->seccomp.softens ? "C code's log what they refuse"
                                                       : "C code's are looked at");
        write_decision(out, "seccomp filters", &row, plan->seccomp.reason);
    }
    snug_explain_process_write_text(plan, out);
    snug_explain_ranges_write_text(&plan->ranges, out);
}

void snug_explain_text_write(const struct snug_subject *subject, bool is_all, FILE *out)
{
    write_facts(subject, out);
    write_policy(&subject->policy, &subject->plan.follow, is_all, out);
    write_plan(subject, out);
    snug_explain_start_write_text(subject, out);

    if (subject->n_notes)
        snug_page_write_heading(out, "Notes", false);
    for (unsigned i = 0; i < subject->n_notes; i++)
        snug_page_write_row(out, "", subject->note[i]);
}
