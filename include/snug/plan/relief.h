/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where the collector takes much of the CPUs because the memory target is near the live
 * heap: a part of what is kept back is given for a while. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What was seen at one look. */
struct snug_relief_sight {
    uint64_t now_ms;       /* By a clock that only goes forward. */
    uint64_t limit_bytes;  /* What is planned with. */
    uint64_t target_bytes; /* What is planned, without relief. */
    uint64_t free_bytes;   /* Of the limit, by all who have it; 0: none, or not known. */
    uint64_t live_bytes;   /* 0: not known. */
    int64_t gogc;          /* Negative: off. */
    /* The runtime's account; 0: not known. */
    uint64_t total_ns;
    uint64_t collector_ns;
};

/* From look to look; all 0 before the first. */
struct snug_relief {
    uint64_t total_ns;
    uint64_t collector_ns;
    unsigned n_busy;       /* Looks in a row that found the collector busy. */
    unsigned percent;      /* Its share of the CPUs, when that was seen last. */
    uint64_t until_ms;     /* 0: nothing is given. */
    uint64_t given_bytes;  /* Above the target; 0 unless something is. */
    uint64_t target_bytes; /* The target when that began. */
};

/* Whether it is the target that makes the runtime collect, and not GOGC alone. Otherwise
 * the account need not be read. */
bool snug_relief_is_near(const struct snug_relief_sight *sight);

/* What is given now is in `given_bytes`. True if that begins. */
bool snug_relief_step(const struct snug_relief_sight *sight, struct snug_relief *state);

/* How long to rest before the next look, where it is usually `interval_ms`: what is given
 * is looked after. */
uint64_t snug_relief_rest_ms(const struct snug_relief *state, uint64_t interval_ms);
