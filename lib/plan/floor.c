/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How low a limit may go under a heap that is there already.
 */
#include "snug/plan/floor.h"

/* Of the live heap: a quarter more to allocate in between two collections. Of the kernel's
 * limit: a part that is never given away. */
enum { ROOM_PARTS = 4, KEPT_PARTS = 32 };

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t snug_floor_raise(uint64_t target_bytes, uint64_t limit_bytes, uint64_t live_bytes,
                          uint64_t held_bytes)
{
    /* What is not known of the live heap is taken from what it lies in: with GOGC at 100
     * the heap doubles between two collections. */
    const uint64_t live = live_bytes ? live_bytes : held_bytes / 2;
    const uint64_t most = held_bytes > live ? held_bytes : live;
    const uint64_t room = limit_bytes ? limit_bytes - limit_bytes / KEPT_PARTS : most;
    const uint64_t floor = least(least(live + live / ROOM_PARTS, most), room);
    return floor > target_bytes ? floor : target_bytes;
}
