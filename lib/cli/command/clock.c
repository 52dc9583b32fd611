/* SPDX-License-Identifier: LGPL-2.1-or-later
 * In a file of its own, since looks, screens, servers and checks all wait by it.
 */
#include "snug/cli/command/clock.h"

#include <time.h>

enum { NS_PER_MS = 1000000 };

uint64_t snug_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SNUG_CLOCK_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t snug_clock_ms(void)
{
    return snug_clock_ns() / NS_PER_MS;
}
