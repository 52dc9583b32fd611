/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of a start. Short on purpose: sentences would be an eighth of the object.
 */
#include "snug/apply/report.h"
#include "snug/policy/problems.h"
#include "snug/policy/values.h"

enum { LINE_BYTES = 1024, SHOWN_BYTES = 320 };

/* `; memory limit 268435456 (/sys/fs/cgroup/memory.max)`. Of a long path the end is shown,
 * so that what follows it has room. */
static void put_limit(struct snug_builder *out, const char *name, enum snug_kind kind,
                      uint64_t amount, uint64_t per, const char *from)
{
    snug_text_put(out, name);
    if (kind != SNUG_SET) {
        snug_text_put(out, kind == SNUG_NONE ? "none" : "unknown");
        return;
    }
    snug_text_put_u64(out, amount);
    if (per) {
        snug_text_put(out, "/");
        snug_text_put_u64(out, per);
    }
    snug_text_put(out, " (");
    const size_t n = snug_text_of(from).n;
    snug_text_put(out, n > SHOWN_BYTES ? from + n - SHOWN_BYTES : from);
    snug_text_put(out, ")");
}

static void put_start(struct snug_builder *out, const struct snug_facts *facts,
                      const struct snug_plan *plan, unsigned n_set)
{
    const struct snug_quota *quota = &facts->cpu.limit;
    const struct snug_bytes *limit = &facts->memory.limit;
    snug_text_put_u64(out, plan->cpu.count);
    snug_text_put(out, " of ");
    snug_text_put_u64(out, facts->cpu.n_allowed);
    put_limit(out, " CPUs; CPU limit ", quota->kind, quota->quota_usec, quota->period_usec,
              quota->from);
    put_limit(out, "; memory limit ", limit->kind, limit->bytes, 0, limit->from);
    for (unsigned i = 0; i < n_set; i++) {
        snug_text_put(out, "; ");
        snug_text_put(out, plan->variable[i]);
    }
}

bool snug_report_problems(const struct snug_log *log, const struct snug_policy *policy,
                          bool is_asked)
{
    bool ret = false;
    char line[LINE_BYTES];
    const struct snug_problem *problem;
    unsigned at = 0;
    while ((problem = snug_problems_next(policy, is_asked, &at))) {
        ret = true;
        struct snug_builder out = snug_text_build(line, sizeof line);
        snug_problems_put_brief(policy, problem, &out);
        snug_log_write(log, SNUG_LOG_ERROR, line);
    }
    return ret;
}

/* `GOMEMLIMIT=268435456 is not below the memory limit`. */
static void report_value(const struct snug_log *log, const char *name, uint64_t value,
                         const char *what)
{
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    snug_text_put(&out, name);
    snug_text_put_u64(&out, value);
    snug_text_put(&out, what);
    snug_log_write(log, SNUG_LOG_ERROR, line);
}

static void report_values(const struct snug_log *log, const struct snug_facts *facts,
                          const struct snug_plan *plan)
{
    const uint64_t bytes = facts->variables.gomemlimit_bytes;
    if (plan->memory.value_reason == SNUG_REASON_VALUE_MALFORMED)
        snug_log_write(log, SNUG_LOG_ERROR, "GOMEMLIMIT is none that Go takes");
    else if (plan->memory.value_reason == SNUG_REASON_VALUE_BELOW_HALF)
        report_value(log, "GOMEMLIMIT=", bytes, " is below half of the memory limit");
    else if (plan->memory.value_reason == SNUG_REASON_VALUE_NEAR_LIMIT)
        report_value(log, "GOMEMLIMIT=", bytes, " is above 95% of the memory limit");
    else if (plan->memory.value_reason)
        report_value(log, "GOMEMLIMIT=", bytes, " is not below the memory limit");
    if (plan->cpu.value_reason)
        report_value(log, "GOMAXPROCS=", facts->variables.gomaxprocs_count,
                     " is above the CPU limit");
}

void snug_report_start(const struct snug_log *log, const struct snug_facts *facts,
                       const struct snug_plan *plan, unsigned n_set)
{
    char line[LINE_BYTES];
    for (unsigned i = n_set; i < plan->n_variables; i++) {
        struct snug_builder out = snug_text_build(line, sizeof line);
        snug_text_put(&out, "the start vector has no room for ");
        snug_text_put(&out, plan->variable[i]);
        snug_log_write(log, SNUG_LOG_ERROR, line);
    }

    report_values(log, facts, plan);
    struct snug_builder out = snug_text_build(line, sizeof line);
    put_start(&out, facts, plan, n_set);
    snug_log_write(log, SNUG_LOG_INFO, line);
}

void snug_report_failure(const struct snug_log *log, const char *what, int r)
{
    if (r >= 0)
        return;
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    snug_text_put(&out, what);
    snug_text_put(&out, ": error ");
    snug_text_put_u64(&out, (uint64_t)-r);
    snug_log_write(log, SNUG_LOG_ERROR, line);
}

struct snug_log snug_report_log(const struct snug_policy *policy,
                                const struct snug_plan *plan)
{
    const struct snug_setting *setting = &policy->setting[SNUG_LOG];
    const struct snug_setting *file = &policy->setting[SNUG_LOG_FILE];
    /* These have lines without a word about a log too. */
    const bool has_lines = setting->word != SNUG_LOG_OFF || plan->threads.warn ||
                           plan->memory.guard_bytes || plan->seccomp.is_guarded;
    return (struct snug_log){
        .level = (enum snug_log_level)setting->word,
        .path = has_lines ? snug_values_path(file) : NULL,
    };
}
