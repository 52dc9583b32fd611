/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What surprises: the program may call debug.SetMemoryLimit at any time. What it asked for
 * then stays, unless it is more than there is.
 */
#include "snug/plan/target.h"

#include "snug/plan/floor.h"

enum { STEP_PARTS = 16 };

static const uint64_t no_limit = INT64_MAX;

/* False if the limit is unknown, or nobody's to follow. */
static bool find_wanted(const struct snug_memory_plan *memory, uint64_t *ret_bytes)
{
    *ret_bytes = no_limit;
    if (memory->reason == SNUG_REASON_MEMORY_LIMIT ||
        memory->reason == SNUG_REASON_MEMORY_GIVEN ||
        memory->reason == SNUG_REASON_MEMORY_REQUEST)
        *ret_bytes = memory->go_limit_bytes;
    return *ret_bytes != no_limit || memory->reason == SNUG_REASON_MEMORY_NO_LIMIT;
}

/* A floor moves with each collection; small steps are not worth a change. */
static bool is_near(const struct snug_target *target, uint64_t bytes)
{
    const uint64_t stored = target->stored_bytes;
    const uint64_t distance = bytes > stored ? bytes - stored : stored - bytes;
    return distance < stored / STEP_PARTS;
}

/* Whether nothing but what was given for a while is less: the live heap lived without it.
 */
static bool takes_back(const struct snug_target *target,
                       const struct snug_memory_plan *memory, uint64_t wanted)
{
    return target->stored_bytes == target->wanted_bytes &&
           memory->given_bytes < target->given_bytes &&
           target->wanted_bytes - target->given_bytes == wanted - memory->given_bytes;
}

/* Where the live heap needs more than is wanted, a fall ends above that, and never above
 * where it began: the heap has lived with that. What was measured has its floor in it. */
static uint64_t find_fall(const struct snug_memory_plan *memory,
                          const struct snug_target_sight *sight, uint64_t wanted)
{
    const uint64_t floor =
        snug_floor_raise(wanted, memory->limit_bytes, sight->live_bytes, sight->held_bytes);
    if (memory->is_measured || sight->seen_bytes <= wanted)
        return wanted;
    return floor < sight->seen_bytes ? floor : sight->seen_bytes;
}

bool snug_target_is_due(const struct snug_target *target,
                        const struct snug_memory_plan *memory, uint64_t seen_bytes)
{
    uint64_t wanted;
    if (!find_wanted(memory, &wanted))
        return false;
    /* Above what is wanted snug has left it for the sake of the live heap. */
    return wanted != target->wanted_bytes ||
           (target->stored_bytes > wanted && seen_bytes == target->stored_bytes);
}

bool snug_target_move(struct snug_target *target, const struct snug_memory_plan *memory,
                      const struct snug_target_sight *sight, enum snug_reason *ret_reason)
{
    const uint64_t seen = sight->seen_bytes;
    uint64_t wanted;
    if (!snug_target_is_due(target, memory, seen) || !find_wanted(memory, &wanted))
        return false;

    const bool is_the_programs = seen != target->stored_bytes;
    const bool is_new = wanted != target->wanted_bytes;
    uint64_t bytes = wanted;
    if (!takes_back(target, memory, wanted) &&
        (wanted < target->stored_bytes || wanted < seen))
        bytes = find_fall(memory, sight, wanted);
    target->wanted_bytes = wanted;
    target->given_bytes = memory->given_bytes;
    if (bytes == seen || (is_the_programs && seen < bytes) ||
        (!is_new && bytes != wanted && is_near(target, bytes)))
        return false;
    target->stored_bytes = bytes;
    *ret_reason = bytes > wanted ? SNUG_REASON_FOLLOW_FLOOR : memory->reason;
    return true;
}

uint64_t snug_target_shown(const struct snug_target *target, uint64_t seen_bytes)
{
    const bool is_raised =
        seen_bytes == target->stored_bytes && target->wanted_bytes > seen_bytes;
    const uint64_t bytes = is_raised ? target->wanted_bytes : seen_bytes;
    return bytes == no_limit ? 0 : bytes;
}
