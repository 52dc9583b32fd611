/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime reads its limit wherever it computes a goal for the heap, so a store is all
 * that a change takes. What surprises: the program may call debug.SetMemoryLimit at any
 * time. What it asked for then stays, unless it is more than there is.
 */
#include "snug/apply/aim.h"
#include "snug/base/file.h"
#include "snug/facts/pacer.h"
#include "snug/plan/floor.h"

enum { STATM_BYTES = 128, STEP_PARTS = 16 };

static struct {
    struct snug_pacer pacer; /* Without a word the limit is not followed. */
    uint64_t stored;         /* What snug left there last. */
    uint64_t target;         /* What the plan wanted of it last. */
} aim;

static const uint64_t no_limit = INT64_MAX;

const char *snug_aim_find(const struct snug_elf *image, const struct snug_module *module,
                          const struct snug_facts *facts, const struct snug_plan *plan)
{
    const uint64_t bytes = plan->follow.first_bytes;
    if (!module)
        return "follow: no memory: the runtime's data are unknown";
    const unsigned n =
        snug_pacer_find(image, module, facts->program.go_minor, bytes, &aim.pacer);
    if (n == 1) {
        aim.stored = bytes;
        aim.target = bytes;
        return NULL;
    }
    aim.pacer = (struct snug_pacer){0};
    return n ? "follow: no memory: several words look like the runtime's limit"
             : "follow: no memory: the runtime's limit is not where it was in Go 1.19 to "
               "1.27, or not what was planned";
}

/* The heap that the last collection found alive; 0 if it is not known. */
static uint64_t read_live_bytes(void)
{
    return aim.pacer.live ? atomic_load_explicit(aim.pacer.live, memory_order_relaxed) : 0;
}

/* Resident memory that no file stands behind, from /proc/self/statm: pages of size,
 * resident, shared with files … Only the process's own counts here, not its cgroup's. */
static uint64_t read_held_bytes(uint64_t page_bytes)
{
    static const struct snug_root live = {.fd = -1};
    char text[STATM_BYTES];
    struct snug_text rest = {text, 0};
    uint64_t number[3];
    if (snug_file_read(&live, "/proc/self/statm", sizeof text, text, &rest.n) < 0)
        return 0;
    for (unsigned i = 0; i < 3; i++) {
        struct snug_text word;
        if (!snug_text_cut_word(&rest, &word) || snug_text_u64(word, &number[i]) < 0)
            return 0;
    }
    return number[1] > number[2] ? (number[1] - number[2]) * page_bytes : 0;
}

/* A floor moves with each collection; small steps are not worth a change. */
static bool is_near(uint64_t bytes)
{
    const uint64_t distance = bytes > aim.stored ? bytes - aim.stored : aim.stored - bytes;
    return distance < aim.stored / STEP_PARTS;
}

bool snug_aim_apply(const struct snug_facts *facts, const struct snug_memory_plan *memory,
                    uint64_t page_bytes, enum snug_reason *ret_reason)
{
    uint64_t target = no_limit;
    if (!aim.pacer.limit)
        return false;
    if (memory->reason == SNUG_REASON_MEMORY_LIMIT)
        target = memory->go_limit_bytes;
    else if (memory->reason != SNUG_REASON_MEMORY_NO_LIMIT)
        return false;

    const uint64_t seen = atomic_load(aim.pacer.limit);
    const bool is_the_programs = seen != aim.stored;
    const bool is_new = target != aim.target;
    if (!is_new && (aim.stored <= target || is_the_programs))
        return false;

    uint64_t bytes = target;
    if (target < aim.stored || target < seen)
        bytes = snug_floor_raise(target, facts->memory.limit.bytes, read_live_bytes(),
                                 read_held_bytes(page_bytes));
    aim.target = target;
    if (bytes == seen || (is_the_programs && seen < bytes) ||
        (!is_new && bytes != target && is_near(bytes)))
        return false;
    atomic_store(aim.pacer.limit, bytes);
    aim.stored = bytes;
    *ret_reason = bytes > target ? SNUG_REASON_FOLLOW_FLOOR : memory->reason;
    return true;
}

uint64_t snug_aim_bytes(void)
{
    const uint64_t seen = aim.pacer.limit ? atomic_load(aim.pacer.limit) : aim.stored;
    const uint64_t bytes = seen == aim.stored && aim.target > seen ? aim.target : seen;
    return bytes == no_limit ? 0 : bytes;
}
