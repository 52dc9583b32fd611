/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of a start. Short on purpose: sentences would be an eighth of the object.
 */
#include "snug/apply/report.h"
#include "snug/policy/problems.h"

enum { LINE_BYTES = 1024 };

/* `; memory limit 268435456 (/sys/fs/cgroup/memory.max)`. */
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
    snug_text_put(out, from);
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

void snug_report_start(const struct snug_log *log, const struct snug_facts *facts,
                       const struct snug_policy *policy, const struct snug_plan *plan,
                       unsigned n_set)
{
    char line[LINE_BYTES];
    for (unsigned i = 0; i < policy->n_problems; i++) {
        struct snug_builder out = snug_text_build(line, sizeof line);
        snug_problems_put_brief(policy, &policy->problem[i], &out);
        snug_log_write(log, SNUG_LOG_ERROR, line);
    }
    for (unsigned i = n_set; i < plan->n_variables; i++) {
        struct snug_builder out = snug_text_build(line, sizeof line);
        snug_text_put(&out, "the start vector has no room for ");
        snug_text_put(&out, plan->variable[i]);
        snug_log_write(log, SNUG_LOG_ERROR, line);
    }

    struct snug_builder out = snug_text_build(line, sizeof line);
    put_start(&out, facts, plan, n_set);
    snug_log_write(log, SNUG_LOG_INFO, line);
}

void snug_report_failure(const struct snug_log *log, const char *what, int r)
{
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    snug_text_put(&out, what);
    snug_text_put(&out, ": error ");
    snug_text_put_u64(&out, (uint64_t)-r);
    snug_log_write(log, SNUG_LOG_ERROR, line);
}
