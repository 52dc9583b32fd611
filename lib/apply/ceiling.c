/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Judging growth. The cgroup is looked at only when growth has taken an eighth of the room
 * that was left at the last look, so far from the limit it costs nothing, and near it every
 * growth is looked at. Limit and use are read together, of one cgroup, so a limit that was
 * changed meanwhile is the one that counts. What the kernel gives up before it kills does
 * not count as used; where that cannot be told, nothing is refused.
 */
#include "snug/apply/ceiling.h"

#include <errno.h>
#include <stdatomic.h>

#include "snug/base/sys.h"
#include "snug/stats/counters.h"

enum { LINE_BYTES = 1024, ROOM_PARTS = 8, MARGIN_PARTS = 64 };

/* For what the process maps beside its heap, and what the kernel keeps for it. */
static const uint64_t most_margin_bytes = 16u << 20;

/* How much growth a cgroup without a limit is not looked at again for. */
static const uint64_t pause_bytes = 64u << 20;

/* A number in a file of the cgroup: behind `key`, if it is not empty. */
struct number {
    char file[28];
    char key[28];
};

enum { USED, N_GIVEN_UP = 3, SWAP_LIMIT = USED + 1 + N_GIVEN_UP, SWAP_USED, N_NUMBERS };

/* What is used, three parts of it that the kernel gives up, and swap, by version. Version 1
 * does not tell which part of the kernel's own memory can be given up; all of it may. It
 * counts swap and memory together, so its swap is what that limit has above the other. */
static const struct number numbers[2][N_NUMBERS] = {
    {
        {"memory.current", ""},
        {"memory.stat", "inactive_file "},
        {"memory.stat", "active_file "},
        {"memory.stat", "slab_reclaimable "},
        {"memory.swap.max", ""},
        {"memory.swap.current", ""},
    },
    {
        {"memory.usage_in_bytes", ""},
        {"memory.stat", "total_inactive_file "},
        {"memory.stat", "total_active_file "},
        {"memory.kmem.usage_in_bytes", ""},
        {"memory.memsw.limit_in_bytes", ""},
        {"memory.limit_in_bytes", ""},
    },
};

static const struct number limits[3] = {
    {"memory.max", ""},
    {"memory.limit_in_bytes", ""},
    {"memory.stat", "hierarchical_memory_limit "},
};

/* The cgroup whose limit is the tightest. */
struct cgroup {
    char directory[SNUG_PATH_BYTES]; /* With a slash at its end. */
    bool is_v1;
    const struct number *limit;
};

static struct {
    _Atomic bool is_armed;
    struct snug_log log;
    struct cgroup
        cgroup[2]; /* In turn: a reader keeps its own while the next is written. */
    _Atomic unsigned turn;
    uint64_t limit;              /* As it was told last; the follower's alone. */
    _Atomic uint64_t unseen;     /* Granted since the last look. */
    _Atomic uint64_t look_after; /* As much as this. */
    _Atomic bool has_logged;
} ceiling;

/* `/sys/fs/cgroup/memory.max` is a file of `/sys/fs/cgroup/`. False if it is none that a
 * limit is read from. */
static bool find_cgroup(const char *from, struct cgroup *ret)
{
    size_t n = snug_text_of(from).n;
    while (n && from[n - 1] != '/')
        n--;
    if (snug_text_copy((struct snug_text){from, n}, sizeof ret->directory, ret->directory) <
        0)
        return false;
    for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++)
        if (snug_text_equals(snug_text_of(from + n), limits[i].file)) {
            ret->limit = &limits[i];
            ret->is_v1 = i > 0;
            return true;
        }
    return false;
}

static bool is_same(const struct cgroup *a, const struct cgroup *b)
{
    return a->limit == b->limit &&
           snug_text_equals(snug_text_of(a->directory), b->directory);
}

void snug_ceiling_arm(const struct snug_bytes *limit, const struct snug_log *log)
{
    ceiling.log = (struct snug_log){SNUG_LOG_ERROR, log->path};
    struct cgroup *now = &ceiling.cgroup[atomic_load(&ceiling.turn) % 2];
    if (limit->kind != SNUG_SET || !find_cgroup(limit->from, now))
        return; /* It cannot be read, so nothing is refused. */
    ceiling.limit = limit->bytes;
    atomic_store(&ceiling.look_after, 0);
    atomic_store(&ceiling.is_armed, true);
}

void snug_ceiling_follow(const struct snug_bytes *limit)
{
    const unsigned turn = atomic_load(&ceiling.turn);
    const struct cgroup *now = &ceiling.cgroup[turn % 2];
    struct cgroup *next = &ceiling.cgroup[(turn + 1) % 2];
    if (!now->limit || (limit && limit->kind == SNUG_UNKNOWN))
        return;
    if (!limit || limit->kind == SNUG_NONE || !find_cgroup(limit->from, next)) {
        atomic_store(&ceiling.is_armed, false);
        ceiling.limit = 0;
        return;
    }
    if (is_same(now, next) && limit->bytes == ceiling.limit)
        return;
    ceiling.limit = limit->bytes;
    if (!is_same(now, next))
        atomic_store(&ceiling.turn, turn + 1);
    atomic_store(&ceiling.look_after, 0);
    atomic_store(&ceiling.is_armed, true);
}

static bool put_path(const struct cgroup *of, const char *file, size_t size, char *ret)
{
    struct snug_builder out = snug_text_build(ret, size);
    snug_text_put(&out, of->directory);
    snug_text_put(&out, file);
    return !out.is_full;
}

/* -EINVAL: no number, as in `max`. */
static int read_number(const struct cgroup *of, const struct number *number, uint64_t *ret)
{
    char path[SNUG_PATH_BYTES];
    return put_path(of, number->file, sizeof path, path)
               ? snug_file_find(&snug_file_live, path, number->key, ret)
               : -ENAMETOOLONG;
}

/* What the kernel gives up before it kills; UINT64_MAX if that cannot be told. */
static uint64_t count_given_up(const struct cgroup *of)
{
    uint64_t ret = 0;
    for (unsigned i = USED + 1; i <= USED + N_GIVEN_UP; i++) {
        uint64_t bytes;
        const int r = read_number(of, &numbers[of->is_v1][i], &bytes);
        if (r < 0 && r != -ENOENT) /* Kernels that do not know the line count nothing so. */
            return UINT64_MAX;
        if (r == 0)
            ret += bytes;
    }
    return ret;
}

/* How much more the cgroup may have in swap. */
static uint64_t count_swap(const struct cgroup *of)
{
    enum { KIB = 1 << 10 };
    uint64_t free_kib;
    if (snug_file_find(&snug_file_live, "/proc/meminfo", "SwapFree:", &free_kib) < 0)
        return UINT64_MAX;
    uint64_t limit;
    uint64_t used;
    if (!free_kib || read_number(of, &numbers[of->is_v1][SWAP_LIMIT], &limit) < 0 ||
        read_number(of, &numbers[of->is_v1][SWAP_USED], &used) < 0)
        return free_kib * KIB;
    const uint64_t room = limit > used ? limit - used : 0;
    return room < free_kib * KIB ? room : free_kib * KIB;
}

/* `span.guard: refused 4194304, used 260423680 of 268435456, /sys/fs/cgroup/memory.current`
 */
static void write_line(const struct cgroup *of, uint64_t n_bytes, uint64_t used,
                       uint64_t limit)
{
    static const char texts[3][24] = {"span.guard: refused ", ", used ", " of "};
    const uint64_t values[3] = {n_bytes, used, limit};
    char line[LINE_BYTES];
    struct snug_builder out = snug_text_build(line, sizeof line);
    for (unsigned i = 0; i < 3; i++) {
        snug_text_put(&out, texts[i]);
        snug_text_put_u64(&out, values[i]);
    }
    snug_text_put(&out, ", ");
    snug_text_put(&out, of->directory);
    snug_text_put(&out, numbers[of->is_v1][USED].file);
    snug_log_write(&ceiling.log, SNUG_LOG_ERROR, line);
}

/* What would be held with so much more, for certain; looked at only as far as it matters.
 */
static uint64_t count_held(const struct cgroup *of, uint64_t used, size_t n_bytes,
                           uint64_t most)
{
    uint64_t ret = used + n_bytes;
    if (ret > most) {
        const uint64_t given_up = count_given_up(of);
        ret -= given_up < used ? given_up : used;
    }
    if (ret > most) {
        const uint64_t swapped = count_swap(of);
        ret -= swapped < ret ? swapped : ret;
    }
    return ret;
}

static void look_again_after(uint64_t n_bytes)
{
    atomic_store(&ceiling.look_after, n_bytes);
    atomic_store(&ceiling.unseen, 0);
}

static bool look(size_t n_bytes)
{
    const unsigned turn = atomic_load(&ceiling.turn);
    const struct cgroup *of = &ceiling.cgroup[turn % 2];
    uint64_t limit;
    uint64_t used;
    if (read_number(of, of->limit, &limit) < 0 ||
        read_number(of, &numbers[of->is_v1][USED], &used) < 0) {
        look_again_after(pause_bytes);
        return true;
    }
    const uint64_t margin =
        limit / MARGIN_PARTS < most_margin_bytes ? limit / MARGIN_PARTS : most_margin_bytes;
    const uint64_t most = limit - margin;
    const uint64_t held = count_held(of, used, n_bytes, most);
    if (held <= most) {
        look_again_after((most - held) / ROOM_PARTS);
        return true;
    }
    /* Another cgroup may count by now, whose names were written where these were. */
    if (atomic_load(&ceiling.turn) != turn)
        return true;
    snug_counters_add(SNUG_COUNT_REFUSED, 1);
    if (!atomic_exchange(&ceiling.has_logged, true))
        write_line(of, n_bytes, used, limit);
    return false;
}

bool snug_ceiling_allows(size_t n_bytes)
{
    if (!atomic_load_explicit(&ceiling.is_armed, memory_order_acquire))
        return true;
    if (atomic_load(&ceiling.unseen) + n_bytes > atomic_load(&ceiling.look_after) &&
        !look(n_bytes))
        return false;
    atomic_fetch_add(&ceiling.unseen, n_bytes);
    return true;
}
