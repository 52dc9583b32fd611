/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A little more room means much less work where there is next to none: the collector runs
 * as often as the room between the live heap and the target is filled. So a small part of
 * the limit is given for a minute, and the program may shed load, or end what it does.
 */
#include "snug/plan/relief.h"

enum {
    PERCENT = 100,
    BUSY_PERCENT = 20,
    N_BUSY = 2,
    GIVEN_MS = 60000,
    GIVEN_REST_MS = 5000, /* Others may take what is free. */
    GIVEN_PARTS = 32,     /* Of the limit; so much of it is never given. */
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

bool snug_relief_is_near(const struct snug_relief_sight *sight)
{
    const uint64_t live = sight->live_bytes;
    if (!live || live > INT64_MAX / PERCENT)
        return false;
    uint64_t garbage; /* What GOGC allows above the live heap. */
    return sight->gogc < 0 ||
           __builtin_mul_overflow(live, (uint64_t)sight->gogc, &garbage) ||
           live + garbage / PERCENT > sight->target_bytes;
}

/* Whether the collector was busy since the last look. One that has ended no collection
 * since says nothing new. */
static void see_account(const struct snug_relief_sight *sight, struct snug_relief *state)
{
    const struct snug_relief last = *state;
    if (sight->total_ns <= last.total_ns || sight->collector_ns < last.collector_ns)
        return;
    state->total_ns = sight->total_ns;
    state->collector_ns = sight->collector_ns;
    if (!last.total_ns)
        return;
    const uint64_t total = sight->total_ns - last.total_ns;
    const uint64_t collector = sight->collector_ns - last.collector_ns;
    state->percent = (unsigned)(collector / (total / PERCENT + 1));
    state->n_busy = state->percent >= BUSY_PERCENT ? state->n_busy + 1 : 0;
}

/* Above the target, of what is kept back: never the last thirty-second of the limit. */
static uint64_t find_room(const struct snug_relief_sight *sight)
{
    const uint64_t part = sight->limit_bytes / GIVEN_PARTS;
    const uint64_t most = sight->limit_bytes - part;
    const uint64_t above = most > sight->target_bytes ? most - sight->target_bytes : 0;
    return least(part, above);
}

bool snug_relief_step(const struct snug_relief_sight *sight, struct snug_relief *state)
{
    const bool is_near = snug_relief_is_near(sight);
    if (state->until_ms && sight->now_ms >= state->until_ms)
        *state = (struct snug_relief){0};
    if (!is_near && !state->until_ms)
        *state = (struct snug_relief){0};
    if (is_near)
        see_account(sight, state);

    const bool begins = !state->until_ms && state->n_busy >= N_BUSY;
    if (!begins && !state->until_ms)
        return false;
    const uint64_t room = find_room(sight);
    state->given_bytes =
        begins ? least(room, sight->free_bytes / 2) : least(room, state->given_bytes);
    if (begins)
        state->target_bytes = sight->target_bytes;
    /* The program fills it, and then as much is free besides, a little more or less as a
     * heap goes; unless others take it. A lower target says that they do, or that there is
     * less. */
    if (!state->given_bytes || state->given_bytes / 2 > sight->free_bytes ||
        sight->target_bytes < state->target_bytes) {
        *state = (struct snug_relief){0};
        return false;
    }
    if (begins)
        state->until_ms = sight->now_ms + GIVEN_MS;
    return begins;
}

uint64_t snug_relief_rest_ms(const struct snug_relief *state, uint64_t interval_ms)
{
    return state->given_bytes ? least(interval_ms, GIVEN_REST_MS) : interval_ms;
}
