/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A moment that may come, by a clock that nobody sets.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct snug_deadline {
    bool is_set;
    struct timespec at;
};

void snug_deadline_set(struct snug_deadline *deadline, uint64_t from_now_ms);

/* Zero once it is over. Of one that is set. */
struct timespec snug_deadline_left(const struct snug_deadline *deadline);

/* False of one that is not set. */
bool snug_deadline_is_over(const struct snug_deadline *deadline);

/* Makes `ret` the smaller of two spans of time. */
void snug_deadline_shorten(struct timespec *ret, struct timespec other);
