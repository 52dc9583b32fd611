/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A search in .noptrbss. What surprises: before the program's first code runs, all that is
 * not the runtime's own is still zero there, so nothing can look like it by chance, nor by
 * intent. And it is the linker's order of size that makes it cheap: what is larger, as a
 * program's large arrays are, stands behind.
 */
#include "snug/base/readable.h"
#include "snug/facts/pacer.h"

/* Words from the memory limit to others, in runtime/mgcpacer.go. */
struct layout {
    unsigned last;      /* The last release that has it. */
    unsigned triggered; /* The heap that the collection began with; none has begun. */
    unsigned live;
    unsigned ready;
};

static const struct layout layouts[] = {
    {19, 14, 22, 42},
    {20, 7, 15, 35},
    {27, 10, 18, 38},
};

enum {
    N_LAYOUTS = sizeof layouts / sizeof *layouts,
    FIRST_MINOR = 19,
    PERCENT = 100,
    /* The heap that GOGC is a percentage of at first, and with GOEXPERIMENT. */
    HEAP_BYTES = 4 << 20,
    SMALL_HEAP_BYTES = 512 << 10,
};

static const uint64_t none = UINT64_MAX;

/* An unknown release is taken for the newest, if its words say so too. */
static const struct layout *layout_of(unsigned go_minor)
{
    unsigned i = 0;
    while (i + 1 < N_LAYOUTS && (!go_minor || go_minor > layouts[i].last))
        i++;
    return &layouts[i];
}

bool snug_pacer_knows(unsigned go_minor)
{
    return go_minor >= FIRST_MINOR && go_minor <= layouts[N_LAYOUTS - 1].last;
}

/* The runtime's own product, which wraps for GOGC=off. */
static bool is_heap_of(uint64_t heap_bytes, int32_t gogc, uint64_t minimum)
{
    return heap_bytes * (uint64_t)(int64_t)gogc / PERCENT == minimum;
}

/* Before it stands GOGC, behind it the least heap that follows from that. */
static bool is_pacer(const uint64_t *limit, const struct layout *layout)
{
    const int32_t gogc = (int32_t)(uint32_t)limit[-1];
    return limit[-1] <= UINT32_MAX && gogc >= -1 &&
           (is_heap_of(HEAP_BYTES, gogc, limit[1]) ||
            is_heap_of(SMALL_HEAP_BYTES, gogc, limit[1])) &&
           limit[layout->triggered] == none && limit[layout->ready] != 0;
}

/* Where to search; NULL if that is not where variables are. */
static uint64_t *find_range(const struct snug_elf *elf, const struct snug_module *module,
                            uint64_t *ret_bytes)
{
    const uint64_t start = module->zeroed + (-module->zeroed & 7);
    const uint64_t n_bytes = module->zeroed_end - start;
    if (start < module->zeroed || module->zeroed_end < start)
        return NULL;
    *ret_bytes = n_bytes < SNUG_PACER_BYTES ? n_bytes : SNUG_PACER_BYTES;
    return (uint64_t *)(uintptr_t)snug_module_at(elf, start, n_bytes);
}

unsigned snug_pacer_find(const struct snug_elf *elf, const struct snug_module *module,
                         unsigned go_minor, uint64_t limit_bytes, struct snug_pacer *ret)
{
    const struct layout *layout = layout_of(go_minor);
    const bool is_known = go_minor && go_minor <= layout->last;
    const size_t behind = (layout->ready + 1) * sizeof(uint64_t);
    struct snug_readable run = {0};
    uint64_t n_bytes;
    uint64_t *const range = find_range(elf, module, &n_bytes);
    if (!range)
        return 0;

    unsigned n_found = 0;
    for (uint64_t *limit = range + 1;
         (uint64_t)(limit - range) * sizeof *limit + behind <= n_bytes && n_found < 2;
         limit++) {
        if (!snug_readable_covers(&run, (uintptr_t)(limit - 1), sizeof *limit + behind))
            return 0;
        if (*limit != limit_bytes || !is_pacer(limit, layout))
            continue;
        if (!n_found++)
            *ret = (struct snug_pacer){
                .limit = (_Atomic uint64_t *)limit,
                .gogc = (_Atomic uint64_t *)(limit - 1),
                .live = is_known ? (_Atomic uint64_t *)(limit + layout->live) : NULL,
                .ready = is_known ? (_Atomic uint64_t *)(limit + layout->ready) : NULL,
            };
    }
    return n_found;
}

const char *snug_pacer_words(unsigned n_found)
{
    if (n_found == 1)
        return NULL;
    return n_found ? "follow: no memory: several words look like the runtime's limit"
                   : "follow: no memory: the runtime's limit is not where it was in Go "
                     "1.19 to 1.27, or not what was planned";
}
