/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What others hold is what the limit's cgroup uses less what this runtime has mapped: C
 * code in the process, other processes, shared memory, what the kernel needs. What
 * surprises: two programs each see the other's garbage as held, and both see free memory as
 * their own. So a target falls at once and rises by an eighth of the way: who has garbage
 * gives it back within a look, and up to eight programs together never rise by more than
 * there is. And what is free is all that others can take at once, before anybody looks: so
 * it is as much as with a tenth kept back, but where the live heap needs it.
 */
#include "snug/plan/headroom.h"

#include "snug/plan/memory.h"

enum {
    RESERVE_PARTS = 24, /* Of the limit: what may come between two looks. */
    GROWTH_PARTS =
        128, /* Of the limit: growth of others that is fast, from look to look. */
    RISE_PARTS = 8,
    SOONER_PARTS = 8, /* So many times as often it is looked at meanwhile. */
    FIRST_LOOKS = 2 * SOONER_PARTS,
    STEP_PARTS = 100, /* Smaller moves are not worth a write. */
    LEAST_PARTS = 5,  /* Of the limit: the target is never lower. */
    ROOM_PARTS = 4,   /* Of the live heap, to allocate in between two collections. */
    KEPT_PARTS = 10,  /* Of the limit or the share: a fixed headroom. */
    ENOUGH_TIMES = 2, /* What lives: so much is room enough. */
    WARY_LOOKS = 600, /* At the usual interval; who has jumped may do so again. */
};

static const uint64_t least_reserve_bytes = 8u << 20;
static const uint64_t most_reserve_bytes = 64u << 20;

static uint64_t within(uint64_t bytes, uint64_t least, uint64_t most)
{
    if (bytes < least)
        bytes = least;
    return bytes < most ? bytes : most;
}

static uint64_t without(uint64_t bytes, uint64_t taken)
{
    return bytes > taken ? bytes - taken : 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What grows is taken for what it will be at the next look. A peak fades. */
static void see_others(const struct snug_headroom_sight *sight, struct snug_headroom *state)
{
    const uint64_t seen = without(sight->used_bytes, sight->ready_bytes);
    const uint64_t growth = state->target_bytes ? without(seen, state->seen_bytes) : 0;
    const uint64_t fast = sight->limit_bytes / GROWTH_PARTS;
    const uint64_t others =
        growth > fast / SOONER_PARTS ? seen + growth : seen; /* It is noise otherwise. */
    state->is_restless = growth > (state->is_restless ? fast / SOONER_PARTS : fast);
    state->seen_bytes = seen;
    if (growth > state->reserve_bytes && state->n_first == FIRST_LOOKS)
        state->n_wary = WARY_LOOKS;
    /* Where little is free it is looked sooner, and a peak lasts as long as elsewhere. */
    state->n_tight =
        sight->used_bytes > sight->limit_bytes - sight->limit_bytes / KEPT_PARTS
            ? state->n_tight % SOONER_PARTS + 1
            : 0;
    const bool is_second = state->n_tight <= 1;
    state->n_wary -= state->n_wary && is_second && !state->is_restless;
    if (others >= state->others_bytes)
        state->others_bytes = others;
    else if (is_second)
        state->others_bytes -= (state->others_bytes - others + RISE_PARTS - 1) / RISE_PARTS;
}

/* A live heap has room even where others hold so much that there is none, but no more than
 * with a tenth kept back: where that is enough, nobody is killed for more. */
static uint64_t find_floor(const struct snug_headroom_sight *sight)
{
    return within(sight->live_bytes + sight->live_bytes / ROOM_PARTS,
                  sight->limit_bytes / LEAST_PARTS,
                  sight->share_bytes - sight->share_bytes / KEPT_PARTS);
}

/* What a tenth kept back leaves of the share. */
static uint64_t find_fixed(const struct snug_headroom_sight *sight)
{
    return snug_memory_round(sight->share_bytes - sight->share_bytes / KEPT_PARTS);
}

/* A heap with as much room as it has alive gains little by more: with GOGC=100 it does not
 * even use that. */
static uint64_t find_ceiling(const struct snug_headroom_sight *sight,
                             const struct snug_headroom *state)
{
    const uint64_t share = sight->share_bytes;
    const uint64_t most = smaller(share - smaller(share / KEPT_PARTS, state->reserve_bytes),
                                  without(sight->limit_bytes, state->reserve_bytes));
    const uint64_t live = state->n_wary ? 0 : smaller(sight->live_bytes, most);
    return smaller(larger(ENOUGH_TIMES * live, find_fixed(sight)), most);
}

bool snug_headroom_step(const struct snug_headroom_sight *sight,
                        struct snug_headroom *state)
{
    const uint64_t limit = sight->limit_bytes;
    const uint64_t last = state->target_bytes ? state->target_bytes : find_fixed(sight);
    state->n_first += state->n_first < FIRST_LOOKS;
    state->reserve_bytes =
        within(limit / RESERVE_PARTS, least_reserve_bytes, most_reserve_bytes);
    see_others(sight, state);

    const uint64_t most = without(limit, state->reserve_bytes);
    const uint64_t wanted = without(most, state->others_bytes);
    const uint64_t floor = find_floor(sight);
    state->is_floor = floor > wanted;
    const uint64_t target = within(larger(wanted, floor), 1, find_ceiling(sight, state));
    const uint64_t distance = target > last ? target - last : last - target;
    const bool is_moved = distance >= last / STEP_PARTS;
    state->target_bytes = is_moved ? larger(target, 1) : last;
    state->is_above = state->target_bytes > find_fixed(sight);
    return is_moved;
}

bool snug_headroom_is_exposed(const struct snug_headroom *state)
{
    return state->n_tight && (state->is_above || state->is_restless);
}

uint64_t snug_headroom_rest_ms(const struct snug_headroom *state, uint64_t interval_ms)
{
    const uint64_t sooner_ms = interval_ms / SOONER_PARTS;
    const bool is_first = state->n_first > 0 && state->n_first < FIRST_LOOKS;
    const bool is_soon = state->is_restless || is_first || state->n_tight;
    return is_soon && sooner_ms ? sooner_ms : interval_ms;
}
