/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How many CPUs, from limit, request and policy; and which, so that two pods on one machine
 * do not present the same ones and nobody has to migrate at start.
 */
#include "snug/plan/present.h"
#include "snug/policy/values.h"

/* A burst is in percent, a request in thousandths of a CPU. */
static const uint64_t burst_units = 100000;

struct count {
    uint64_t n;
    enum snug_reason reason;
};

static uint64_t round_quota(const struct snug_quota *quota,
                            const struct snug_setting *rounding)
{
    const uint64_t whole = quota->quota_usec / quota->period_usec;
    const uint64_t rest = quota->quota_usec % quota->period_usec;
    if (snug_values_is(rounding, SNUG_WORD_DOWN))
        return whole;
    if (snug_values_is(rounding, SNUG_WORD_NEAREST))
        return whole + (rest >= quota->period_usec - rest);
    return whole + (rest > 0);
}

static struct count within(uint64_t n, uint64_t least, uint64_t most,
                           enum snug_reason inside, enum snug_reason below,
                           enum snug_reason above)
{
    if (n < least) {
        n = least;
        inside = below;
    }
    return n > most ? (struct count){most, above} : (struct count){n, inside};
}

/* ceil(request × burst); 0 if there is no request. */
static uint64_t count_of_request(const struct snug_policy *policy, uint64_t env_milli)
{
    const struct snug_setting *request = &policy->setting[SNUG_CPU_REQUEST];
    if (snug_values_is(request, SNUG_WORD_REQUEST_OFF))
        return 0;
    const uint64_t milli = request->unit == SNUG_UNIT_WORD ? env_milli : request->number;
    uint64_t product;
    if (__builtin_mul_overflow(milli, policy->setting[SNUG_CPU_BURST].number, &product))
        return SNUG_CPUS_MAX; /* More than any machine has. */
    return product / burst_units + (product % burst_units > 0);
}

static struct count count_cpus(const struct snug_cpu_facts *cpu,
                               const struct snug_policy *policy, uint64_t request_milli)
{
    const struct snug_setting *fixed = &policy->setting[SNUG_CPU_COUNT];
    const uint64_t least = policy->setting[SNUG_CPU_MIN].number;
    const uint64_t most = cpu->n_allowed;

    if (!most)
        return (struct count){0, SNUG_REASON_ALLOWED_UNKNOWN};
    if (snug_values_is(fixed, SNUG_WORD_AUTO_OFF))
        return (struct count){most, SNUG_REASON_COUNT_OFF};
    if (fixed->unit == SNUG_UNIT_COUNT)
        return within(fixed->number, 1, most, SNUG_REASON_FIXED_COUNT,
                      SNUG_REASON_FIXED_COUNT, SNUG_REASON_FIXED_ABOVE_ALLOWED);
    if (cpu->limit.kind == SNUG_SET)
        return within(round_quota(&cpu->limit, &policy->setting[SNUG_CPU_ROUND]), least,
                      most, SNUG_REASON_LIMIT_ROUNDED, SNUG_REASON_LIMIT_BELOW_MIN,
                      SNUG_REASON_LIMIT_ABOVE_ALLOWED);

    const uint64_t requested = count_of_request(policy, request_milli);
    if (!requested)
        return (struct count){most, cpu->limit.kind == SNUG_UNKNOWN
                                        ? SNUG_REASON_LIMIT_UNKNOWN
                                        : SNUG_REASON_NO_LIMIT};
    return within(requested, least, most, SNUG_REASON_REQUEST,
                  SNUG_REASON_REQUEST_BELOW_MIN, SNUG_REASON_REQUEST_ABOVE_ALLOWED);
}

/* Adds CPUs of `from` in turn, upwards from `first` and around, until `set` has `n`. With a
 * `node`, only those that lie on it. */
static void add_around(const struct snug_cpus *from, unsigned first, unsigned n,
                       const uint8_t *node_of, unsigned node, struct snug_cpus *set)
{
    unsigned n_set = snug_cpus_count(set);
    unsigned cpu = first;
    for (bool is_around = false; n_set < n;) {
        cpu = snug_cpus_next(from, cpu);
        if (is_around && cpu >= first)
            return;
        if (cpu == SNUG_CPUS_MAX) {
            is_around = true;
            cpu = 0;
            continue;
        }
        if (!snug_cpus_has(set, cpu) && (!node_of || node_of[cpu] == node)) {
            snug_cpus_add(set, cpu);
            n_set++;
        }
        cpu++;
    }
}

void snug_present_decide(const struct snug_cpu_facts *cpu,
                         const struct snug_node_facts *nodes,
                         const struct snug_policy *policy, uint64_t request_milli,
                         struct snug_cpu_plan *ret)
{
    const struct count count = count_cpus(cpu, policy, request_milli);
    ret->count = (unsigned)count.n;
    ret->reason = count.reason;
    ret->presented = cpu->allowed;
    ret->is_presented = ret->count < cpu->n_allowed;
    ret->shown_reason = ret->is_presented ? SNUG_REASON_SHOWN_ON : SNUG_REASON_ALL_ALLOWED;
    if (!snug_values_is(&policy->setting[SNUG_CPU_PRESENT], SNUG_WORD_ON))
        ret->shown_reason = SNUG_REASON_SHOWN_OFF;
    ret->is_shown = ret->shown_reason == SNUG_REASON_SHOWN_ON;
    if (!ret->is_presented)
        return;

    const unsigned first = snug_cpus_has(&cpu->allowed, cpu->current)
                               ? cpu->current
                               : snug_cpus_next(&cpu->allowed, 0);
    ret->presented = (struct snug_cpus){0};
    if (nodes->n_online > 1)
        add_around(&cpu->allowed, first, ret->count, nodes->node_of, nodes->node_of[first],
                   &ret->presented);
    add_around(&cpu->allowed, first, ret->count, NULL, 0, &ret->presented);
}
