/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Spans of time for sigtimedwait.
 */
#include "snug/cli/run/deadline.h"

enum { NSEC_PER_SEC = 1000000000, NSEC_PER_MSEC = 1000000, MSEC_PER_SEC = 1000 };

static struct timespec now(void)
{
    struct timespec ret;
    (void)clock_gettime(CLOCK_MONOTONIC, &ret); /* There is that clock. */
    return ret;
}

void snug_deadline_set(struct snug_deadline *deadline, uint64_t from_now_ms)
{
    struct timespec at = now();
    at.tv_sec += (time_t)(from_now_ms / MSEC_PER_SEC);
    at.tv_nsec += (long)(from_now_ms % MSEC_PER_SEC * NSEC_PER_MSEC);
    if (at.tv_nsec >= NSEC_PER_SEC) {
        at.tv_nsec -= NSEC_PER_SEC;
        at.tv_sec++;
    }
    *deadline = (struct snug_deadline){true, at};
}

struct timespec snug_deadline_left(const struct snug_deadline *deadline)
{
    const struct timespec at = now();
    struct timespec ret = {
        .tv_sec = deadline->at.tv_sec - at.tv_sec,
        .tv_nsec = deadline->at.tv_nsec - at.tv_nsec,
    };
    if (ret.tv_nsec < 0) {
        ret.tv_nsec += NSEC_PER_SEC;
        ret.tv_sec--;
    }
    return ret.tv_sec < 0 ? (struct timespec){0} : ret;
}

bool snug_deadline_is_over(const struct snug_deadline *deadline)
{
    if (!deadline->is_set)
        return false;
    const struct timespec left = snug_deadline_left(deadline);
    return !left.tv_sec && !left.tv_nsec;
}

void snug_deadline_shorten(struct timespec *ret, struct timespec other)
{
    if (other.tv_sec < ret->tv_sec ||
        (other.tv_sec == ret->tv_sec && other.tv_nsec < ret->tv_nsec))
        *ret = other;
}
