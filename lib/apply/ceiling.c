/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Judging growth. The cgroup's use is read only when growth has taken an eighth of the room
 * that was left at the last look, so far from the limit it costs nothing, and near it every
 * growth is looked at. Page cache, which the kernel gives up before it kills, does not
 * count.
 */
#include "snug/apply/ceiling.h"

#include <stdatomic.h>

#include "snug/base/sys.h"
#include "snug/stats/counters.h"

enum { LINE_BYTES = SNUG_PATH_BYTES + 160, ROOM_PARTS = 8, MARGIN_PARTS = 64 };

/* For what the process maps beside its heap, and what the kernel keeps for it. */
static const uint64_t most_margin_bytes = 16u << 20;

static const struct snug_root live = {.fd = -1};

/* Files of one cgroup and what stands in them, by version. */
static const char names[2][3][24] = {
    {"memory.current", "inactive_file ", "active_file "},
    {"memory.usage_in_bytes", "total_inactive_file ", "total_active_file "},
};

static struct {
    _Atomic uint64_t limit; /* 0: no guard. */
    bool is_v1;
    struct snug_log log;
    char current[SNUG_PATH_BYTES];
    char stat[SNUG_PATH_BYTES];
    _Atomic uint64_t unseen;     /* Granted since the last look. */
    _Atomic uint64_t look_after; /* As much as this. */
    _Atomic bool has_logged;
} ceiling;

/* `/sys/fs/cgroup/memory.max` has its neighbour `/sys/fs/cgroup/memory.stat`. */
static void put_neighbour(const char *path, const char *name, char *ret)
{
    size_t n = snug_text_of(path).n;
    while (n && path[n - 1] != '/')
        n--;
    struct snug_builder out = snug_text_build(ret, SNUG_PATH_BYTES);
    snug_text_put_slice(&out, (struct snug_text){path, n});
    snug_text_put(&out, name);
    if (out.is_full)
        ret[0] = 0; /* It cannot be read, so nothing is refused. */
}

void snug_ceiling_arm(const struct snug_bytes *limit, const struct snug_log *log)
{
    put_neighbour(limit->from, "", ceiling.stat);
    ceiling.is_v1 = !snug_text_starts(
        snug_text_of(limit->from + snug_text_of(ceiling.stat).n), "memory.max");
    ceiling.log = (struct snug_log){SNUG_LOG_ERROR, log->path};
    put_neighbour(limit->from, names[ceiling.is_v1][0], ceiling.current);
    put_neighbour(limit->from, "memory.stat", ceiling.stat);
    snug_ceiling_set_limit(limit->bytes);
}

void snug_ceiling_set_limit(uint64_t bytes)
{
    if (!ceiling.current[0])
        return;
    atomic_store(&ceiling.limit, bytes);
    atomic_store(&ceiling.look_after, 0);
}

static uint64_t count_cache(void)
{
    uint64_t ret = 0;
    for (unsigned i = 1; i < 3; i++) {
        uint64_t bytes;
        if (snug_file_find(&live, ceiling.stat, names[ceiling.is_v1][i], &bytes) == 0)
            ret += bytes;
    }
    return ret;
}

/* `span.guard: refused 4194304, used 260423680 of 268435456, /sys/fs/cgroup/memory.current`
 */
static void write_line(uint64_t n_bytes, uint64_t used, uint64_t limit)
{
    static const char texts[3][24] = {"span.guard: refused ", ", used ", " of "};
    const uint64_t numbers[3] = {n_bytes, used, limit};
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    for (unsigned i = 0; i < 3; i++) {
        snug_text_put(&out, texts[i]);
        snug_text_put_u64(&out, numbers[i]);
    }
    snug_text_put(&out, ", ");
    snug_text_put(&out, ceiling.current);
    snug_log_write(&ceiling.log, SNUG_LOG_ERROR, line);
}

static bool look(size_t n_bytes, uint64_t limit)
{
    uint64_t used;
    if (snug_file_find(&live, ceiling.current, "", &used) < 0)
        return true;
    const uint64_t margin =
        limit / MARGIN_PARTS < most_margin_bytes ? limit / MARGIN_PARTS : most_margin_bytes;
    const uint64_t most = limit - margin;
    uint64_t held = used;
    if (held + n_bytes > most) {
        const uint64_t cache = count_cache();
        held -= cache < held ? cache : held;
    }
    if (held + n_bytes > most) {
        snug_counters_add(SNUG_COUNT_REFUSED, 1);
        if (!atomic_exchange(&ceiling.has_logged, true))
            write_line(n_bytes, used, limit);
        return false;
    }
    atomic_store(&ceiling.look_after, (most - held - n_bytes) / ROOM_PARTS);
    atomic_store(&ceiling.unseen, 0);
    return true;
}

bool snug_ceiling_allows(size_t n_bytes)
{
    const uint64_t limit = atomic_load_explicit(&ceiling.limit, memory_order_relaxed);
    if (!limit)
        return true;
    if (atomic_load(&ceiling.unseen) + n_bytes > atomic_load(&ceiling.look_after) &&
        !look(n_bytes, limit))
        return false;
    atomic_fetch_add(&ceiling.unseen, n_bytes);
    return true;
}
