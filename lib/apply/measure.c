/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime's own accounting, and the files of the cgroup that has the limit. Garbage
 * that becomes mapped between two reads must not look like somebody else's: the runtime's
 * word is read before and after, and the larger counts. Where little is free a glance at
 * one file comes in between: a jump is over within some tens of milliseconds.
 */
#include "snug/apply/measure.h"

#include <errno.h>

#include "snug/apply/aim.h"
#include "snug/facts/usage.h"
#include "snug/plan/headroom.h"
#include "snug/plan/memory.h"
#include "snug/stats/counters.h"

enum { GLANCE_MS = 15, GROWTH_PARTS = 4 /* Of the reserve. */ };

static struct snug_headroom headroom;

static struct {
    uint64_t look_ms;   /* From one look to the next. */
    uint64_t rested_ms; /* By glances. */
    uint64_t apart_bytes;
} glance;

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
    glance.look_ms = snug_headroom_rest_ms(&headroom, interval_ms);
    if (!snug_headroom_is_exposed(&headroom) || glance.look_ms <= GLANCE_MS)
        glance.look_ms = 0;
    return glance.look_ms ? GLANCE_MS : snug_headroom_rest_ms(&headroom, interval_ms);
}

/* Whether what is no heap has grown since the last glance. */
static bool has_grown(const struct snug_memory_facts *memory)
{
    uint64_t used;
    if (snug_usage_read_whole(&snug_file_live, memory->limit.from, &used) < 0)
        return true; /* The look says why. */
    const uint64_t ready = snug_aim_ready_bytes();
    const uint64_t apart = used > ready ? used - ready : 0;
    const uint64_t last = glance.apart_bytes;
    const bool ret = apart > last && apart - last > headroom.reserve_bytes / GROWTH_PARTS;
    if (ret || apart < last)
        glance.apart_bytes = apart;
    return ret;
}

bool snug_measure_is_quiet(const struct snug_memory_facts *memory)
{
    glance.rested_ms += GLANCE_MS;
    if (glance.rested_ms < glance.look_ms && !has_grown(memory))
        return true;
    glance.rested_ms = 0;
    return false;
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
