/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counters become rates between two looks; memory is measured against its limit.
 */
#include "snug/cli/stat/gauges.h"

#include <inttypes.h>

#include "snug/cli/subject/amount.h"

/* Use close to a limit is what limits are for; waiting and throttling begin to hurt early.
 */
enum {
    USE_WARN = 75,
    USE_ALARM = 90,
    HARM_WARN = 5,
    HARM_ALARM = 25,
    NEVER = 101,
    MILLI_PER_NS = 1000000, /* Thousandths of a CPU in microseconds a nanosecond. */
};

static struct snug_meter meter_of(const char *label, struct snug_figure part,
                                  uint64_t whole)
{
    return (struct snug_meter){.label = label,
                               .text = "unknown",
                               .part = part,
                               .whole = whole,
                               .warn_percent = USE_WARN,
                               .alarm_percent = USE_ALARM};
}

/* Not known if it fell, as in a cgroup that was made anew. */
static struct snug_figure difference(struct snug_figure now,
                                     const struct snug_figure *before)
{
    const bool is_known =
        now.is_known && before && before->is_known && now.number >= before->number;
    return (struct snug_figure){is_known, is_known ? now.number - before->number : 0};
}

static struct snug_meter used(const struct snug_cpu_evidence *cpu,
                              const struct snug_cpu_evidence *then, uint64_t span_ns)
{
    struct snug_figure milli = difference(cpu->usage_usec, then ? &then->usage_usec : NULL);
    milli.is_known = milli.is_known && span_ns;
    if (milli.is_known)
        milli.number = (uint64_t)((unsigned __int128)milli.number * MILLI_PER_NS / span_ns);
    struct snug_meter ret = meter_of("used", milli, cpu->limit_milli.number);
    if (milli.is_known)
        (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64 ".%02" PRIu64 "%s%s",
                       milli.number / 1000, milli.number % 1000 / 10,
                       ret.whole ? " of " : " CPUs",
                       ret.whole ? snug_amount_cpus(ret.whole).text
                       : cpu->limit_milli.kind == SNUG_NONE ? ", no limit"
                                                            : "");
    else if (cpu->usage_usec.is_known && !then)
        (void)snprintf(ret.text, sizeof ret.text, "known at the next look");
    return ret;
}

static struct snug_meter throttled(const struct snug_cpu_evidence *cpu,
                                   const struct snug_cpu_evidence *then)
{
    const struct snug_figure of = difference(cpu->periods, then ? &then->periods : NULL);
    struct snug_figure part = difference(cpu->throttled, then ? &then->throttled : NULL);
    part.is_known = part.is_known && of.is_known;
    part.number = snug_amount_percent(part.number, of.number);
    struct snug_meter ret = meter_of("throttled", part, 100);
    ret.warn_percent = HARM_WARN;
    ret.alarm_percent = HARM_ALARM;
    if (part.is_known)
        (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64 " %% of %" PRIu64 " periods",
                       part.number, of.number);
    else if (cpu->throttled.is_known && !then)
        (void)snprintf(ret.text, sizeof ret.text, "known at the next look");
    return ret;
}

static struct snug_meter waited(const struct snug_pressure *pressure)
{
    struct snug_meter ret = meter_of("waited", pressure->some, 10000);
    ret.warn_percent = HARM_WARN;
    ret.alarm_percent = HARM_ALARM;
    (void)snprintf(ret.text, sizeof ret.text, "%" PRIu64 ".%02" PRIu64 " %% of 10 s",
                   pressure->some.number / 100, pressure->some.number % 100);
    return ret;
}

void snug_gauges_of_cpu(const struct snug_cpu_group *group,
                        const struct snug_cpu_group *before, uint64_t span_ns,
                        void (*call)(const struct snug_meter *, void *), void *context)
{
    const struct snug_cpu_evidence *cpu = &group->evidence;
    const struct snug_cpu_evidence *then = before ? &before->evidence : NULL;
    struct snug_meter meter = used(cpu, then, span_ns);
    call(&meter, context);
    if (cpu->limit_milli.kind != SNUG_NONE) {
        meter = throttled(cpu, then);
        call(&meter, context);
    }
    if (cpu->pressure.some.is_known) {
        meter = waited(&cpu->pressure);
        call(&meter, context);
    }
}

/* `has_whole`: the words name it. */
static struct snug_meter memory_meter(const char *label, struct snug_figure part,
                                      struct snug_bound whole, bool has_whole)
{
    struct snug_meter ret = meter_of(label, part, whole.number);
    const struct snug_figure limit = {true, whole.number};
    if (!has_whole)
        ret.warn_percent = ret.alarm_percent = NEVER; /* A kind of memory is no alarm. */
    if (part.is_known)
        (void)snprintf(ret.text, sizeof ret.text, "%s%s%s", snug_amount_bytes(part).text,
                       !has_whole                ? ""
                       : whole.kind == SNUG_SET  ? " of "
                       : whole.kind == SNUG_NONE ? ", no limit"
                                                 : "",
                       has_whole && whole.kind == SNUG_SET ? snug_amount_bytes(limit).text
                                                           : "");
    return ret;
}

void snug_gauges_of_memory(const struct snug_memory_group *group,
                           void (*call)(const struct snug_meter *, void *), void *context)
{
    const struct snug_memory_evidence *memory = &group->evidence;
    struct snug_bound limit = memory->limit_bytes;
    if (memory->high_bytes.kind == SNUG_SET &&
        (limit.kind != SNUG_SET || memory->high_bytes.number < limit.number))
        limit = memory->high_bytes;
    const struct snug_meter meters[] = {
        memory_meter("in use", memory->current, limit, true),
        memory_meter("working set", snug_evidence_working_set(memory), limit, false),
        memory_meter("anonymous", memory->anonymous, limit, false),
        memory_meter("page cache", memory->page_cache, limit, false),
    };
    for (size_t i = 0; i < sizeof meters / sizeof *meters; i++)
        call(&meters[i], context);
    if (memory->pressure.some.is_known) {
        const struct snug_meter meter = waited(&memory->pressure);
        call(&meter, context);
    }
}

void snug_gauges_of_process(const struct snug_observed *of,
                            void (*call)(const struct snug_meter *, void *), void *context)
{
    if (!of->has_kernel)
        return;
    struct snug_meter meter =
        memory_meter("anonymous", of->condition.anonymous_bytes, of->target_bytes,
                     of->target_bytes.kind == SNUG_SET);
    call(&meter, context);
    meter = meter_of("threads", of->condition.threads, 0);
    if (of->condition.threads.is_known)
        (void)snprintf(meter.text, sizeof meter.text, "%" PRIu64,
                       of->condition.threads.number);
    call(&meter, context);
}

void snug_gauges_put_events(const struct snug_memory_group *group,
                            const struct snug_memory_group *before, size_t size, char *ret)
{
    const struct snug_memory_evidence *now = &group->evidence;
    const struct snug_memory_evidence *then = before ? &before->evidence : NULL;
    const struct {
        const char *name;
        struct snug_figure now;
        const struct snug_figure *before;
    } events[] = {
        {"high", now->slowed, then ? &then->slowed : NULL},
        {"max", now->hit, then ? &then->hit : NULL},
        {"oom", now->starved, then ? &then->starved : NULL},
        {"oom_kill", now->killed, then ? &then->killed : NULL},
    };
    struct snug_builder out = snug_text_build(ret, size);
    snug_text_put(&out, "  events        ");
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        const struct snug_figure more = difference(events[i].now, events[i].before);
        snug_text_put(&out, i ? ", " : "");
        snug_text_put(&out, events[i].name);
        snug_text_put(&out, events[i].now.is_known ? " " : " unknown");
        if (events[i].now.is_known)
            snug_text_put_u64(&out, events[i].now.number);
        if (more.is_known && more.number) {
            snug_text_put(&out, " (+");
            snug_text_put_u64(&out, more.number);
            snug_text_put(&out, ")");
        }
    }
}
