/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime's own accounting, and the files of the cgroup that has the limit. Garbage
 * that becomes mapped between two reads must not look like somebody else's: the runtime's
 * word is read before and after, and the larger counts.
 */
#include "snug/apply/measure.h"

#include <errno.h>

#include "snug/apply/aim.h"
#include "snug/facts/usage.h"
#include "snug/plan/headroom.h"
#include "snug/plan/memory.h"
#include "snug/stats/counters.h"

static struct snug_headroom headroom;

static void take(struct snug_plan *plan)
{
    plan->memory.go_limit_bytes = headroom.target_bytes;
    plan->memory.is_measured = true;
    if (plan->spans.huge_reason == SNUG_REASON_HUGE_AUTO)
        plan->spans.huge_budget_bytes = headroom.target_bytes;
}

int snug_measure_look(const struct snug_memory_facts *memory, struct snug_plan *plan)
{
    const struct snug_bytes *limit = &memory->limit;
    const uint64_t limit_bytes = snug_memory_limit(memory);
    struct snug_headroom_sight sight = {
        .limit_bytes = limit_bytes,
        .share_bytes = plan->memory.limit_bytes,
    };
    const uint64_t before = snug_aim_ready_bytes();
    int r =
        before ? snug_usage_read(&snug_file_live, limit->from, &sight.used_bytes) : -EAGAIN;
    if (r == 0) {
        const uint64_t after = snug_aim_ready_bytes();
        sight.ready_bytes = after > before ? after : before;
        sight.live_bytes = snug_aim_live_bytes();
        (void)snug_headroom_step(&sight, &headroom); /* Where it stays, it stays. */
        snug_counters_set_measured(
            &(struct snug_measured){headroom.target_bytes, headroom.others_bytes,
                                    headroom.reserve_bytes, limit_bytes});
    }
    if (headroom.target_bytes)
        take(plan);
    return r;
}

void snug_measure_end(void)
{
    headroom = (struct snug_headroom){0};
    snug_counters_set_measured(&(struct snug_measured){0});
}

uint64_t snug_measure_rest_ms(uint64_t interval_ms)
{
    return snug_headroom_rest_ms(&headroom, interval_ms);
}

bool snug_measure_is_floor(void)
{
    return headroom.is_floor;
}

void snug_measure_put(struct snug_builder *out)
{
    snug_text_put(out, ", others ");
    snug_text_put_u64(out, headroom.others_bytes);
    snug_text_put(out, ", reserve ");
    snug_text_put_u64(out, headroom.reserve_bytes);
}
