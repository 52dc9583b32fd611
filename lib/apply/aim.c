/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime reads its limit wherever it computes a goal for the heap, so a store is all
 * that a change takes.
 */
#include "snug/apply/aim.h"
#include "snug/facts/pacer.h"
#include "snug/facts/usage.h"
#include "snug/plan/target.h"

static struct {
    struct snug_pacer pacer; /* Without a word the limit is not followed. */
    struct snug_target target;
} aim;

const char *snug_aim_find(const struct snug_elf *image, const struct snug_module *module,
                          const struct snug_facts *facts, const struct snug_plan *plan)
{
    const uint64_t bytes = plan->follow.first_bytes;
    if (!module)
        return snug_pacer_words(0);
    const unsigned n =
        snug_pacer_find(image, module, facts->program.go_minor, bytes, &aim.pacer);
    aim.target = (struct snug_target){bytes, bytes, 0};
    if (n != 1)
        aim.pacer = (struct snug_pacer){0};
    return snug_pacer_words(n);
}

uint64_t snug_aim_ready_bytes(void)
{
    return aim.pacer.ready ? atomic_load_explicit(aim.pacer.ready, memory_order_relaxed)
                           : 0;
}

uint64_t snug_aim_live_bytes(void)
{
    return aim.pacer.live ? atomic_load_explicit(aim.pacer.live, memory_order_relaxed) : 0;
}

int64_t snug_aim_gogc(void)
{
    const uint64_t word =
        aim.pacer.gogc ? atomic_load_explicit(aim.pacer.gogc, memory_order_relaxed) : 0;
    return (int32_t)(uint32_t)word;
}

bool snug_aim_apply(const struct snug_memory_plan *memory, uint64_t page_bytes,
                    enum snug_reason *ret_reason)
{
    if (!aim.pacer.limit)
        return false;
    struct snug_target_sight sight = {.seen_bytes = atomic_load(aim.pacer.limit)};
    if (!snug_target_is_due(&aim.target, memory, sight.seen_bytes))
        return false;
    sight.live_bytes = snug_aim_live_bytes();
    sight.held_bytes = snug_usage_resident(&snug_file_live, page_bytes);
    if (!snug_target_move(&aim.target, memory, &sight, ret_reason))
        return false;
    atomic_store(aim.pacer.limit, aim.target.stored_bytes);
    return true;
}

uint64_t snug_aim_bytes(void)
{
    const uint64_t seen =
        aim.pacer.limit ? atomic_load(aim.pacer.limit) : aim.target.stored_bytes;
    return snug_target_shown(&aim.target, seen);
}
