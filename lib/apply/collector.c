/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The account is read as a file is: the kernel copies, so that a page without access is no
 * fault. And what is given is what is free at that moment, whoever it is kept back for.
 */
#include "snug/apply/collector.h"

#include <time.h>

#include "snug/base/sys.h"
#include "snug/facts/usage.h"
#include "snug/stats/counters.h"

enum { NS_PER_MS = 1000000, TRIES = 3 };

void snug_collector_begin(uint64_t start, uint64_t end, unsigned go_minor,
                          snug_ledger_read *read, void *from, struct snug_collector *ret)
{
    *ret = (struct snug_collector){
        .start = start,
        .end = end,
        .read = read,
        .from = from,
        .n_left = snug_ledger_knows(go_minor) ? TRIES : 0,
    };
}

bool snug_collector_read_own(void *unused, uint64_t address, void *ret, size_t n_bytes)
{
    (void)unused;
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(&snug_file_live, "/proc/self/mem");
    return fd >= 0 && snug_sys_pread(fd, ret, n_bytes, address) == (long)n_bytes;
}

static void read_account(struct snug_collector *collector, struct snug_relief_sight *sight)
{
    struct snug_ledger_sum sum;
    if (!collector->ledger.n && collector->n_left) {
        collector->n_left--;
        snug_ledger_find(collector->start, collector->end, collector->read, collector->from,
                         &collector->ledger);
    }
    if (!snug_ledger_look(&collector->ledger, collector->read, collector->from, &sum))
        return; /* It may be known at the next look. */
    sight->total_ns = sum.total_ns;
    sight->collector_ns = sum.collector_ns;
}

/* Of the limit, beside what all who are under it use; 0 if that is not known. */
static uint64_t count_free(const struct snug_memory_facts *memory)
{
    uint64_t used;
    if (snug_usage_read(&snug_file_live, memory->limit.from, &used) < 0)
        return 0;
    return memory->limit.bytes > used ? memory->limit.bytes - used : 0;
}

uint64_t snug_collector_see(struct snug_collector *collector,
                            const struct snug_memory_facts *memory,
                            const struct snug_memory_plan *plan, uint64_t live_bytes,
                            int64_t gogc)
{
    struct snug_relief_sight sight = {
        .now_ms = snug_sys_clock_gettime(CLOCK_MONOTONIC) / NS_PER_MS,
        .limit_bytes = plan->limit_bytes,
        .target_bytes = plan->go_limit_bytes,
        .live_bytes = live_bytes,
        .gogc = gogc,
    };
    if (plan->reason != SNUG_REASON_MEMORY_LIMIT || memory->announced_bytes) {
        collector->relief = (struct snug_relief){0};
        return 0;
    }
    if (snug_relief_is_near(&sight)) {
        sight.free_bytes = count_free(memory);
        read_account(collector, &sight);
    }
    if (snug_relief_step(&sight, &collector->relief))
        snug_counters_add(SNUG_COUNT_RELIEFS, 1);
    return collector->relief.given_bytes;
}

void snug_collector_put(const struct snug_collector *collector, struct snug_builder *out)
{
    if (!collector->relief.given_bytes)
        return;
    snug_text_put(out, " (relief: the collector has ");
    snug_text_put_u64(out, collector->relief.percent);
    snug_text_put(out, "% of the CPUs)");
}
