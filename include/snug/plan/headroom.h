/* SPDX-License-Identifier: LGPL-2.1-or-later
 * memory.headroom = measured: from what was seen to the runtime's target. Pure; each
 * process decides for itself, and several under one limit come to rest.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What was seen at one look. */
struct snug_headroom_sight {
    uint64_t limit_bytes; /* The kernel's. */
    uint64_t share_bytes; /* What memory.share leaves of it. */
    uint64_t used_bytes;  /* Of the limit, by all; without what the kernel gives up. */
    uint64_t ready_bytes; /* What the Go runtime has mapped ready: it counts this. */
    uint64_t live_bytes;  /* What its last collection found alive. */
};

/* From look to look; all 0 before the first. */
struct snug_headroom {
    uint64_t others_bytes;  /* Taken for what others hold: a peak that fades. */
    uint64_t reserve_bytes; /* Kept free beside it. */
    uint64_t target_bytes;  /* Never 0 after the first look. */
    uint64_t seen_bytes;    /* What they held at the last look. */
    bool is_floor;          /* The target is as low as it may be. */
    bool is_above;          /* It is more than what a tenth kept back leaves. */
    bool is_restless;       /* What they hold grows fast: the next look should be soon. */
    unsigned n_tight; /* Looks since less than a tenth of the limit is free: 1 to 8. */
    unsigned n_first; /* Looks so far, while that counts: a start is fast too. */
    unsigned n_wary;  /* Looks until a jump of others is forgotten. */
};

/* True if the target has moved: by a hundredth or more. Before the first step it is what a
 * tenth kept back leaves. */
bool snug_headroom_step(const struct snug_headroom_sight *sight,
                        struct snug_headroom *state);

/* Whether less is free for a jump of others than a tenth, and whoever can sees to it that a
 * jump is seen while it comes. */
bool snug_headroom_is_exposed(const struct snug_headroom *state);

/* How long to rest before the next look, where it is usually `interval_ms`. */
uint64_t snug_headroom_rest_ms(const struct snug_headroom *state, uint64_t interval_ms);
