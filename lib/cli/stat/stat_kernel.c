/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows of what the kernel says. What is not known is called that.
 */
#include "snug/cli/stat/stat_kernel.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "snug/cli/command/page.h"
#include "snug/cli/subject/amount.h"

enum { ROW_BYTES = SNUG_DIRECTORY_BYTES * 2, WORD_BYTES = 64 };

struct word {
    char text[WORD_BYTES];
};

__attribute__((format(printf, 3, 4))) static void put_row(FILE *out, const char *label,
                                                          const char *format, ...)
{
    char row[ROW_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(row, sizeof row, format, arguments);
    va_end(arguments);
    snug_page_write_row(out, label, row);
}

/* `12`, `12 (+3)` where there is an earlier one, `unknown`. */
static struct word count(struct snug_figure now, const struct snug_figure *before)
{
    struct word ret = {"unknown"};
    if (now.is_known && before && before->is_known && now.number > before->number)
        (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64 " (+%" PRIu64 ")", now.number,
                       now.number - before->number);
    else if (now.is_known)
        (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64, now.number);
    return ret;
}

static struct snug_amount bytes_of(struct snug_bound bound)
{
    if (bound.kind == SNUG_NONE)
        return (struct snug_amount){"none"};
    return snug_amount_bytes((struct snug_figure){bound.kind == SNUG_SET, bound.number});
}

/* `, 39 % of the limit`; nothing if one of the two is not known. */
static struct word share(struct snug_figure part, struct snug_bound whole, const char *of)
{
    struct word ret = {""};
    if (part.is_known && whole.kind == SNUG_SET)
        (void)snprintf(ret.text, sizeof ret.text, ", %" PRIu64 " %% of %s",
                       snug_amount_percent(part.number, whole.number), of);
    return ret;
}

static void put_nodes(const struct snug_spread *spread, FILE *out)
{
    char row[ROW_BYTES];
    struct snug_builder text = snug_text_build(row, sizeof row);
    for (unsigned i = 0; i < SNUG_NODES_MAX; i++) {
        if (!(spread->nodes >> i & 1))
            continue;
        snug_text_put(&text, text.n ? ", node " : "node ");
        snug_text_put_u64(&text, i);
        snug_text_put(&text, ": ");
        snug_text_put(
            &text,
            snug_amount_bytes((struct snug_figure){true, spread->node_bytes[i]}).text);
    }
    snug_page_write_row(out, "on nodes", spread->has_nodes ? row : "unknown");
}

/* `/pod/app, limited by /pod`. */
static void put_place(const char *label, const char *own, const char *tightest, FILE *out)
{
    if (!own && !tightest)
        put_row(out, label, "unknown");
    else if (!own)
        put_row(out, label, "unknown, limited by %s", tightest);
    else if (!tightest || strcmp(own, tightest) == 0)
        put_row(out, label, "%s", own);
    else
        put_row(out, label, "%s, limited by %s", own, tightest);
}

static const char *cpu_path(const struct snug_census *census, size_t i)
{
    return i == SNUG_CENSUS_NOWHERE ? NULL : census->cpu[i].path;
}

static const char *memory_path(const struct snug_census *census, size_t i)
{
    return i == SNUG_CENSUS_NOWHERE ? NULL : census->memory[i].path;
}

void snug_stat_kernel_write_process(const struct snug_census *census,
                                    const struct snug_observed *of, FILE *out)
{
    const struct snug_condition *condition = &of->condition;
    if (!of->has_kernel)
        return;
    put_row(out, "name", "%s", condition->name[0] ? condition->name : "unknown");
    put_row(out, "threads", "%s", count(condition->threads, NULL).text);
    put_row(out, "resident", "%s: anonymous %s; in swap %s",
            snug_amount_bytes(condition->rss_bytes).text,
            snug_amount_bytes(condition->anonymous_bytes).text,
            snug_amount_bytes(condition->swap_bytes).text);
    put_row(
        out, "GOMEMLIMIT", "%s%s%s%s", bytes_of(of->target_bytes).text,
        of->target_from ? " by " : "", of->target_from ? of->target_from : "",
        share(condition->anonymous_bytes, of->target_bytes, "it is resident and anonymous")
            .text);
    put_place("CPU cgroup", cpu_path(census, of->cpu_own),
              cpu_path(census, of->cpu_tightest), out);
    put_place("memory cgroup", memory_path(census, of->memory_own),
              memory_path(census, of->memory_tightest), out);
}

/* `1.20 %`. */
static struct word percent(struct snug_figure hundredths)
{
    struct word ret = {"unknown"};
    if (hundredths.is_known)
        (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64 ".%02" PRIu64 " %%",
                       hundredths.number / 100, hundredths.number % 100);
    return ret;
}

static void put_pressure(const struct snug_pressure *pressure, FILE *out)
{
    if (!pressure->some.is_known && !pressure->some_usec.is_known)
        put_row(out, "waited", "unknown");
    else
        put_row(out, "waited",
                "some thread %s of the last 10 s, all %s; since the start %s and %s",
                percent(pressure->some).text, percent(pressure->full).text,
                snug_amount_usec(pressure->some_usec).text,
                snug_amount_usec(pressure->full_usec).text);
}

static void put_cpu(const struct snug_cpu_group *group, const struct snug_cpu_group *before,
                    FILE *out)
{
    const struct snug_cpu_evidence *cpu = &group->evidence;
    const struct snug_cpu_evidence *then = before ? &before->evidence : NULL;
    const struct snug_bound limit = cpu->limit_milli;
    (void)fputs("\nCPU of ", out);
    snug_page_write_line(out, group->path);
    put_row(out, "limit", "%s",
            limit.kind == SNUG_SET    ? snug_amount_cpus(limit.number).text
            : limit.kind == SNUG_NONE ? "none"
                                      : "unknown");
    put_row(out, "periods", "%s, throttled %s, for %s",
            count(cpu->periods, then ? &then->periods : NULL).text,
            count(cpu->throttled, then ? &then->throttled : NULL).text,
            snug_amount_usec(cpu->throttled_usec).text);
    put_row(out, "used", "%s", snug_amount_usec(cpu->usage_usec).text);
    put_pressure(&cpu->pressure, out);
}

static void put_memory(const struct snug_memory_group *group,
                       const struct snug_memory_group *before, FILE *out)
{
    const struct snug_memory_evidence *memory = &group->evidence;
    const struct snug_memory_evidence *then = before ? &before->evidence : NULL;
    (void)fputs("\nMemory of ", out);
    snug_page_write_line(out, group->path);
    put_row(out, "limit", "%s, slowed down from %s", bytes_of(memory->limit_bytes).text,
            bytes_of(memory->high_bytes).text);
    put_row(out, "in use", "%s%s; working set %s", snug_amount_bytes(memory->current).text,
            share(memory->current, memory->limit_bytes, "the limit").text,
            snug_amount_bytes(snug_evidence_working_set(memory)).text);
    put_row(out, "anonymous", "%s%s; in huge pages %s",
            snug_amount_bytes(memory->anonymous).text,
            share(memory->anonymous, memory->limit_bytes, "the limit").text,
            snug_amount_bytes(memory->huge).text);
    put_nodes(&group->spread, out);
    put_row(out, "page cache", "%s: active %s, inactive %s, shared %s",
            snug_amount_bytes(memory->page_cache).text,
            snug_amount_bytes(memory->active_file).text,
            snug_amount_bytes(memory->inactive_file).text,
            snug_amount_bytes(memory->shared).text);
    put_row(out, "kernel", "%s, sockets %s", snug_amount_bytes(memory->kernel).text,
            snug_amount_bytes(memory->sockets).text);
    put_row(out, "swap", "%s", snug_amount_bytes(memory->swap).text);
    put_row(out, "events", "low %s, high %s, max %s, oom %s, oom_kill %s",
            count(memory->reclaimed, then ? &then->reclaimed : NULL).text,
            count(memory->slowed, then ? &then->slowed : NULL).text,
            count(memory->hit, then ? &then->hit : NULL).text,
            count(memory->starved, then ? &then->starved : NULL).text,
            count(memory->killed, then ? &then->killed : NULL).text);
    put_pressure(&memory->pressure, out);
}

void snug_stat_kernel_write_groups(const struct snug_census *census,
                                   const struct snug_census *before, FILE *out)
{
    for (size_t i = 0; i < census->n_cpu; i++) {
        const struct snug_cpu_group *group = &census->cpu[i];
        put_cpu(group, before ? snug_census_find_cpu(before, group->path) : NULL, out);
    }
    for (size_t i = 0; i < census->n_memory; i++) {
        const struct snug_memory_group *group = &census->memory[i];
        put_memory(group, before ? snug_census_find_memory(before, group->path) : NULL,
                   out);
    }
}
