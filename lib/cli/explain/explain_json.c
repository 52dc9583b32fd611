/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Facts, policy and plan as JSON. What is unknown or not set is null, with its reason in
 * words beside it.
 */
#include "snug/cli/command/figures.h"
#include "snug/cli/command/json.h"
#include "snug/cli/explain/explain_heap.h"
#include "snug/cli/explain/explain_json.h"
#include "snug/cli/explain/explain_process.h"
#include "snug/cli/explain/explain_ranges.h"
#include "snug/cli/explain/explain_seccomp.h"
#include "snug/cli/explain/explain_start.h"
#include "snug/cli/explain/verdict.h"
#include "snug/cli/subject/resize.h"
#include "snug/policy/values.h"

enum { VALUE_BYTES = 2048, LIST_BYTES = 8192 };

/* The reason why something is unknown, else null. */
static void write_unknown(struct snug_json *json, const char *name, bool is_unknown,
                          enum snug_why why)
{
    if (is_unknown)
        snug_json_string(json, name, snug_facts_why(why));
    else
        snug_json_null(json, name);
}

static void write_from(struct snug_json *json, const char *name, enum snug_kind kind,
                       const char *path)
{
    snug_json_string(json, name, kind == SNUG_SET ? path : NULL);
}

static void write_number_if(struct snug_json *json, const char *name, bool has_number,
                            uint64_t number)
{
    if (has_number)
        snug_json_number(json, name, number);
    else
        snug_json_null(json, name);
}

static void write_answer(struct snug_json *json, const char *name, enum snug_answer answer)
{
    if (answer == SNUG_MAYBE)
        snug_json_null(json, name);
    else
        snug_json_bool(json, name, answer == SNUG_YES);
}

static void write_cpus(struct snug_json *json, const char *name,
                       const struct snug_cpus *set)
{
    char list[LIST_BYTES];
    struct snug_builder out = snug_text_build(list, sizeof list);
    snug_cpus_put(&out, set);
    if (out.is_full)
        snug_json_null(json, name);
    else
        snug_json_string(json, name, list);
}

static void write_cpu_facts(struct snug_json *json, const struct snug_cpu_facts *cpu)
{
    const bool has_limit = cpu->limit.kind == SNUG_SET;
    const bool has_own = cpu->own.kind == SNUG_SET;

    snug_json_object(json, "cpu");
    snug_json_number(json, "allowed", cpu->n_allowed);
    if (cpu->n_allowed)
        write_cpus(json, "allowed_list", &cpu->allowed);
    else
        snug_json_null(json, "allowed_list");
    write_unknown(json, "allowed_unknown", !cpu->n_allowed, cpu->allowed_why);
    write_number_if(json, "quota_milli", has_limit,
                    has_limit ? snug_figures_milli(&cpu->limit) : 0);
    write_number_if(json, "quota_usec", has_limit, cpu->limit.quota_usec);
    write_number_if(json, "period_usec", has_limit, cpu->limit.period_usec);
    write_from(json, "quota_from", cpu->limit.kind, cpu->limit.from);
    write_unknown(json, "quota_unknown", cpu->limit.kind == SNUG_UNKNOWN, cpu->limit.why);
    write_number_if(json, "own_quota_milli", has_own,
                    has_own ? snug_figures_milli(&cpu->own) : 0);
    write_unknown(json, "own_quota_unknown", cpu->own.kind == SNUG_UNKNOWN, cpu->own.why);
    snug_json_end(json);
}

static void write_memory_facts(struct snug_json *json,
                               const struct snug_memory_facts *memory)
{
    const struct snug_bytes *limit = &memory->limit;
    snug_json_object(json, "memory");
    write_number_if(json, "limit_bytes", limit->kind == SNUG_SET, limit->bytes);
    write_from(json, "limit_from", limit->kind, limit->from);
    write_unknown(json, "limit_unknown", limit->kind == SNUG_UNKNOWN, limit->why);
    write_number_if(json, "announced_bytes", memory->announced_bytes > 0,
                    memory->announced_bytes);
    snug_json_end(json);
}

/* The CPUs of each node that has any, as lists, where there is more than one. */
static void write_nodes(struct snug_json *json, const struct snug_node_facts *nodes)
{
    snug_json_object(json, "nodes");
    write_number_if(json, "online", nodes->n_online > 0, nodes->n_online);
    snug_json_object(json, "cpus");
    for (unsigned node = 0; nodes->n_online > 1 && node < SNUG_NODE_UNKNOWN; node++) {
        struct snug_cpus set = {0};
        for (unsigned cpu = 0; cpu < SNUG_CPUS_MAX; cpu++)
            if (nodes->node_of[cpu] == node)
                snug_cpus_add(&set, cpu);
        if (!snug_cpus_count(&set))
            continue;
        char name[8];
        struct snug_builder out = snug_text_build(name, sizeof name);
        snug_text_put_u64(&out, node);
        write_cpus(json, name, &set);
    }
    snug_json_end(json);
    snug_json_end(json);
}

static void write_program(struct snug_json *json, const struct snug_subject *subject)
{
    const struct snug_program *program = &subject->facts.program;
    const char *version = program->go_version;
    const char *interpreter = program->interpreter;
    /* What the plan supposes is no fact. */
    const bool is_packed = subject->form == SNUG_FORM_PACKED;

    snug_json_object(json, "program");
    snug_json_string(json, "path", subject->has_program ? subject->executable.path : NULL);
    snug_json_string(json, "via",
                     subject->executable.by[0] ? subject->executable.by : NULL);
    snug_json_bool(json, "is_assumed", program->is_assumed);
    snug_json_bool(json, "is_known", program->is_known && !is_packed);
    snug_json_bool(json, "is_go", program->is_go && !is_packed);
    snug_json_bool(json, "is_gccgo", program->is_gccgo);
    snug_json_bool(json, "is_packed", is_packed);
    snug_json_string(json, "go_version", version[0] ? version : NULL);
    snug_json_bool(json, "is_static", program->is_static && !is_packed);
    snug_json_bool(json, "is_archive", program->is_archive);
    snug_json_bool(json, "is_pie", program->is_pie);
    snug_json_bool(json, "imports_mmap", program->imports_mmap);
    snug_json_string(json, "libc", snug_figures_libc(program->libc));
    snug_json_string(json, "interpreter", interpreter[0] ? interpreter : NULL);
    write_answer(json, "follows_container", program->follows_container);
    write_answer(json, "follows_updates", program->follows_updates);
    snug_json_array(json, "libraries");
    for (unsigned i = 0; snug_figures_library(i); i++)
        if (program->libraries >> i & 1)
            snug_json_string(json, NULL, snug_figures_library(i));
    snug_json_end(json);
    snug_json_end(json);
}

static void write_facts(struct snug_json *json, const struct snug_subject *subject)
{
    const struct snug_facts *facts = &subject->facts;
    const struct snug_variable_facts *variables = &facts->variables;
    const struct snug_privilege_facts *privileges = &facts->privileges;

    snug_json_object(json, "facts");
    write_cpu_facts(json, &facts->cpu);
    write_memory_facts(json, &facts->memory);
    write_nodes(json, &facts->nodes);
    write_program(json, subject);

    snug_json_object(json, "variables");
    snug_json_string(json, "GOMAXPROCS", snug_figures_owner(variables->gomaxprocs));
    snug_json_string(json, "GOMEMLIMIT", snug_figures_owner(variables->gomemlimit));
    snug_json_string(json, "GOGC", snug_figures_owner(variables->gogc));
    write_answer(json, "containermaxprocs", variables->container_maxprocs);
    write_answer(json, "updatemaxprocs", variables->update_maxprocs);
    snug_json_end(json);

    snug_json_object(json, "privileges");
    write_answer(json, "no_new_privs", privileges->no_new_privs);
    snug_json_string(json, "seccomp", snug_figures_seccomp(privileges->seccomp));
    write_number_if(json, "effective", privileges->has_capabilities, privileges->effective);
    snug_json_end(json);
    snug_json_end(json);
}

static void write_policy(struct snug_json *json, const struct snug_policy *policy)
{
    snug_json_object(json, "policy");
    for (unsigned i = 0; i < SNUG_N_KEYS; i++) {
        const struct snug_setting *setting = &policy->setting[i];
        char value[VALUE_BYTES];
        struct snug_builder out = snug_text_build(value, sizeof value);
        snug_values_put(&out, (enum snug_key)i, setting);

        snug_json_object(json, snug_options[i].name);
        snug_json_string(json, "value", value);
        snug_json_string(json, "source", snug_policy_source(setting->source));
        if (setting->source == SNUG_FROM_FILE)
            snug_json_number(json, "line", setting->line);
        snug_json_bool(json, "is_locked", setting->is_locked);
        snug_json_end(json);
    }
    snug_json_end(json);

    snug_json_object(json, "policy_file");
    snug_json_string(json, "path", policy->file);
    snug_json_bool(json, "is_read", policy->has_file);
    snug_json_end(json);

    snug_json_array(json, "problems");
    for (unsigned i = 0; i < policy->n_problems; i++) {
        char sentence[VALUE_BYTES];
        struct snug_builder out = snug_text_build(sentence, sizeof sentence);
        snug_policy_describe(policy, &policy->problem[i], &out);
        snug_json_string(json, NULL, sentence);
    }
    snug_json_end(json);
    snug_json_number(json, "problems_lost", policy->n_problems_lost);
}

static void write_reason_if(struct snug_json *json, const char *name,
                            enum snug_reason reason)
{
    snug_json_string(json, name, reason ? snug_reason_words(reason) : NULL);
}

static void write_cpu_plan(struct snug_json *json, const struct snug_cpu_plan *cpu)
{
    snug_json_object(json, "cpu");
    snug_json_number(json, "count", cpu->count);
    snug_json_string(json, "reason", snug_reason_words(cpu->reason));
    if (cpu->is_presented)
        write_cpus(json, "presented", &cpu->presented);
    else
        snug_json_null(json, "presented");
    snug_json_bool(json, "shown", cpu->is_shown);
    snug_json_string(json, "shown_reason", snug_reason_words(cpu->shown_reason));
    snug_json_bool(json, "window", cpu->has_window);
    snug_json_string(json, "window_reason", snug_reason_words(cpu->window_reason));
    write_number_if(json, "gomaxprocs", cpu->sets_gomaxprocs, cpu->count);
    snug_json_string(json, "gomaxprocs_reason", snug_reason_words(cpu->gomaxprocs_reason));
    write_reason_if(json, "value_reason", cpu->value_reason);
    snug_json_end(json);
}

static void write_memory_plan(struct snug_json *json, const struct snug_memory_plan *memory)
{
    snug_json_object(json, "memory");
    write_number_if(json, "go_limit_bytes", memory->sets_go_limit, memory->go_limit_bytes);
    snug_json_string(json, "reason", snug_reason_words(memory->reason));
    write_number_if(json, "present_bytes", memory->is_presented, memory->present_bytes);
    snug_json_string(json, "present_reason", snug_reason_words(memory->present_reason));
    snug_json_string(json, "gogc_reason", snug_reason_words(memory->gogc_reason));
    write_reason_if(json, "value_reason", memory->value_reason);
    snug_json_end(json);
}

static void write_prctl_plan(struct snug_json *json, const struct snug_plan *plan)
{
    snug_json_object(json, "prctl");
    snug_json_bool(json, "owns_thp", plan->prctl.owns_thp);
    snug_json_string(json, "reason", snug_reason_words(plan->prctl.reason));
    snug_json_end(json);

    snug_json_object(json, "seccomp");
    snug_json_bool(json, "is_guarded", plan->seccomp.is_guarded);
    snug_json_bool(json, "softens", plan->seccomp.softens);
    snug_json_string(json, "reason", snug_reason_words(plan->seccomp.reason));
    snug_json_end(json);
}

static void write_plan(struct snug_json *json, const struct snug_subject *subject)
{
    const struct snug_plan *plan = &subject->plan;
    snug_json_object(json, "plan");
    snug_json_bool(json, "is_active", plan->is_active);
    snug_json_bool(json, "is_open", snug_verdict_is_open(subject));
    snug_json_string(json, "reason", snug_reason_words(plan->reason));
    write_cpu_plan(json, &plan->cpu);
    write_memory_plan(json, &plan->memory);
    snug_explain_heap_write_json(json, plan);
    write_prctl_plan(json, plan);
    snug_explain_process_write_json(plan, json);
    snug_explain_ranges_write_json(&plan->ranges, json);
    snug_json_object(json, "variables");
    for (unsigned i = 0; i < plan->n_variables; i++) {
        struct snug_text value = snug_text_of(plan->variable[i]);
        struct snug_text name;
        (void)snug_text_cut(&value, '=', &name); /* The plan writes NAME=value. */
        char name_buffer[SNUG_VARIABLE_BYTES];
        (void)snug_text_copy(name, sizeof name_buffer, name_buffer); /* A part of one. */
        snug_json_text(json, name_buffer, value);
    }
    snug_json_end(json);
    snug_json_end(json);
}

void snug_explain_json_write(const struct snug_subject *subject,
                             const struct snug_profile *profile, FILE *out)
{
    struct snug_json json = snug_json_write(out);
    snug_json_object(&json, NULL);
    snug_json_string(&json, "version", SNUG_VERSION);
    write_facts(&json, subject);
    write_policy(&json, &subject->policy);
    write_plan(&json, subject);
    snug_explain_start_write_json(subject, &json);
    snug_resize_write_json(&json, &subject->counted);
    if (profile)
        snug_explain_seccomp_write_json(subject, profile, &json);
    snug_json_array(&json, "notes");
    for (unsigned i = 0; i < subject->n_notes; i++)
        snug_json_string(&json, NULL, subject->note[i]);
    snug_json_end(&json);
    snug_json_end(&json);
}
