/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Limits. Both kinds go through one search: a limit is `amount` / `per`, which is quota and
 * period for CPUs, bytes and 1 for memory.
 */
#include <errno.h>

#include "snug/facts/limits.h"
#include "snug/facts/nodes.h"

enum { VALUE_BYTES = 64, KIB_BYTES = 1024, MIB_KIB = 1024, MACHINE_PARTS = 64 };

static const uint64_t no_limit_bytes = (uint64_t)1 << 62;

/* A file's text. */
struct value {
    char bytes[VALUE_BYTES];
    struct snug_text text;
};

struct limit {
    enum snug_kind kind;
    uint64_t amount;
    uint64_t per;
};

struct search {
    const struct snug_root *root;
    struct snug_cgroup *at; /* The cgroup whose files are being read. */
    bool is_own;            /* It is the process's own. */
    bool is_named;          /* The file that sets the limit is asked for too. */
    enum snug_why own_why;  /* Why the own cgroup's limit is not known, if it is not. */
    bool has_file;          /* Some cgroup so far had a file of the controller. */
    struct limit total;     /* The kernel's own answer, hidden ancestors included. */
    struct limit best;      /* The tightest so far, if there is one … */
    char *from;             /* … and its file, SNUG_PATH_BYTES: the answer's own. */
    struct limit hard;      /* The tightest that the kernel kills at, of memory. */
};

/* Cuts a text of exactly `n` words on one line. */
static bool cut_words(struct snug_text text, unsigned n, struct snug_text *ret_word)
{
    struct snug_text line;
    text = snug_text_trim(text);
    if (!snug_text_cut(&text, '\n', &line) || text.at)
        return false;
    for (unsigned i = 0; i < n; i++)
        if (!snug_text_cut_word(&line, &ret_word[i]))
            return false;
    struct snug_text more;
    return !snug_text_cut_word(&line, &more);
}

static enum snug_kind parse_quota(struct snug_text quota, struct snug_text period,
                                  uint64_t *ret_quota_usec, uint64_t *ret_period_usec)
{
    uint64_t quota_usec;
    uint64_t period_usec;
    if (snug_text_u64(quota, &quota_usec) < 0 || snug_text_u64(period, &period_usec) < 0 ||
        !quota_usec || !period_usec)
        return SNUG_UNKNOWN;
    *ret_quota_usec = quota_usec;
    *ret_period_usec = period_usec;
    return SNUG_SET;
}

enum snug_kind snug_limits_parse_cpu_max(struct snug_text text, uint64_t *ret_quota_usec,
                                         uint64_t *ret_period_usec)
{
    static const char default_period[] = "100000";
    struct snug_text word[2];
    if (cut_words(text, 1, word))
        word[1] = snug_text_of(default_period);
    else if (!cut_words(text, 2, word))
        return SNUG_UNKNOWN;
    if (!snug_text_equals(word[0], "max"))
        return parse_quota(word[0], word[1], ret_quota_usec, ret_period_usec);
    uint64_t period_usec;
    return snug_text_u64(word[1], &period_usec) == 0 && period_usec ? SNUG_NONE
                                                                    : SNUG_UNKNOWN;
}

enum snug_kind snug_limits_parse_cfs(struct snug_text quota, struct snug_text period,
                                     uint64_t *ret_quota_usec, uint64_t *ret_period_usec)
{
    struct snug_text quota_word;
    struct snug_text period_word;
    if (!cut_words(quota, 1, &quota_word))
        return SNUG_UNKNOWN;
    if (snug_text_equals(quota_word, "-1"))
        return SNUG_NONE;
    if (!cut_words(period, 1, &period_word))
        return SNUG_UNKNOWN;
    return parse_quota(quota_word, period_word, ret_quota_usec, ret_period_usec);
}

enum snug_kind snug_limits_parse_bytes(struct snug_text text, uint64_t *ret_bytes)
{
    struct snug_text word;
    uint64_t bytes;
    if (!cut_words(text, 1, &word))
        return SNUG_UNKNOWN;
    if (snug_text_equals(word, "max"))
        return SNUG_NONE;
    if (snug_text_u64(word, &bytes) < 0)
        return SNUG_UNKNOWN;
    if (bytes >= no_limit_bytes)
        return SNUG_NONE;
    *ret_bytes = bytes;
    return SNUG_SET;
}

static bool is_tighter(const struct limit *a, const struct limit *b)
{
    return (unsigned __int128)a->amount * b->per < (unsigned __int128)b->amount * a->per;
}

/* True if `limit`, which is set, is now the tightest. */
static bool tighten(struct limit *tightest, const struct limit *limit)
{
    if (tightest->kind == SNUG_SET && !is_tighter(limit, tightest))
        return false;
    *tightest = *limit;
    return true;
}

static int read_value(struct search *search, const char *name, struct value *ret)
{
    ret->text.at = ret->bytes;
    return snug_file_read(search->root, snug_cgroup_file(search->at, name),
                          sizeof ret->bytes, ret->bytes, &ret->text.n);
}

static enum snug_why why_of(int error)
{
    if (error == -EFBIG)
        return SNUG_WHY_MALFORMED; /* No value is as long as the buffer. */
    return error == -ENAMETOOLONG ? SNUG_WHY_TOO_LONG : SNUG_WHY_UNREADABLE;
}

/* True if `limit` is now the best. */
static bool prefer(struct search *search, const struct limit *limit, const char *from)
{
    if (!tighten(&search->best, limit))
        return false;
    /* The path fits: the file has been read by it. */
    (void)snug_text_copy(snug_text_of(from), SNUG_PATH_BYTES, search->from);
    return true;
}

/* Takes what the cgroup's file `name` says: `r` is what reading it returned. */
static void take(struct search *search, const char *name, int r, const struct limit *limit)
{
    if (r == -ENOENT)
        return;
    search->has_file = true;
    if (r < 0 || limit->kind == SNUG_UNKNOWN) {
        if (search->is_own)
            search->own_why = r < 0 ? why_of(r) : SNUG_WHY_MALFORMED;
        return;
    }
    if (limit->kind == SNUG_SET)
        (void)prefer(search, limit, snug_cgroup_file(search->at, name));
}

static void take_cpu_max(struct search *search)
{
    struct value value;
    struct limit limit = {0};
    const int r = read_value(search, "cpu.max", &value);
    if (r == 0)
        limit.kind = snug_limits_parse_cpu_max(value.text, &limit.amount, &limit.per);
    take(search, "cpu.max", r, &limit);
}

static void take_cfs(struct search *search)
{
    struct value quota;
    struct value period;
    struct limit limit = {0};
    const int r = read_value(search, "cpu.cfs_quota_us", &quota);
    if (r == 0) {
        const bool is_none = snug_text_starts(quota.text, "-1");
        if (is_none || read_value(search, "cpu.cfs_period_us", &period) < 0)
            period.text = (struct snug_text){0};
        limit.kind =
            snug_limits_parse_cfs(quota.text, period.text, &limit.amount, &limit.per);
    }
    take(search, "cpu.cfs_quota_us", r, &limit);
}

/* `is_hard`: the kernel kills at it, and does not only slow down. False if there is no such
 * file. */
static bool take_bytes(struct search *search, const char *name, bool is_hard)
{
    struct value value;
    struct limit limit = {.per = 1};
    const int r = read_value(search, name, &value);
    if (r == 0)
        limit.kind = snug_limits_parse_bytes(value.text, &limit.amount);
    take(search, name, r, &limit);
    if (is_hard && limit.kind == SNUG_SET)
        (void)tighten(&search->hard, &limit);
    return r != -ENOENT;
}

static const char memory_stat[] = "memory.stat";

/* Version 1's memory.stat has `hierarchical_memory_limit 268435456`: the tightest on the
 * whole way up, of ancestors that are not visible too. Where the hierarchy is switched off
 * (use_hierarchy 0) it is the own limit, and ancestors do not count. Only an addition: no
 * failure is noted. */
static void read_memory_stat(struct search *search)
{
    uint64_t bytes;
    if (snug_file_find(search->root, snug_cgroup_file(search->at, memory_stat),
                       "hierarchical_memory_limit ", &bytes) < 0)
        return;
    search->total = (struct limit){
        .kind = bytes < no_limit_bytes ? SNUG_SET : SNUG_NONE,
        .amount = bytes,
        .per = 1,
    };
}

static void take_cpu(struct search *search)
{
    if (search->at->is_v2)
        take_cpu_max(search);
    else
        take_cfs(search);
}

static void take_memory(struct search *search)
{
    if (search->at->is_v2) {
        /* A cgroup has both files or none. */
        if (take_bytes(search, "memory.max", true))
            (void)take_bytes(search, "memory.high", false);
        return;
    }
    if (search->is_own)
        read_memory_stat(search);
    /* No limit on the whole way up is none here either; and where nobody asks which of the
     * files sets the one that there is, it is known. */
    if (search->total.kind == SNUG_NONE)
        search->has_file = true;
    else if (search->total.kind == SNUG_SET && !search->is_named)
        take(search, memory_stat, 0, &search->total);
    else
        (void)take_bytes(search, "memory.limit_in_bytes", true);
}

static void search_own(struct search *search, void (*take_files)(struct search *))
{
    search->is_own = true;
    search->own_why = search->at->why;
    if (search->own_why)
        return;
    take_files(search);
    if (!search->has_file && !snug_cgroup_exists(search->root, search->at))
        search->own_why = SNUG_WHY_NOT_VISIBLE;
}

/* Whether no ancestor's file can be tighter than what was found. */
static bool is_settled(const struct search *search)
{
    if (search->total.kind == SNUG_SET)
        return search->best.kind == SNUG_SET && !is_tighter(&search->total, &search->best);
    return search->total.kind == SNUG_NONE;
}

static void search_ancestors(struct search *search, void (*take_files)(struct search *))
{
    search->is_own = false;
    if (search->at->why && search->at->has_directory)
        take_files(search);
    while (!is_settled(search) && snug_cgroup_go_up(search->at))
        take_files(search);
}

/* Why the limit is unknown, if no file sets one. */
static enum snug_why unknown_why(const struct search *search)
{
    if (search->own_why || search->has_file)
        return search->own_why;
    return search->at->if_no_file;
}

static void write_quota(const struct search *search, struct snug_quota *ret)
{
    ret->kind = search->best.kind;
    ret->why = SNUG_WHY_NOTHING;
    ret->quota_usec = search->best.amount;
    ret->period_usec = search->best.per;
    if (ret->kind != SNUG_SET) {
        ret->why = unknown_why(search);
        ret->kind = ret->why ? SNUG_UNKNOWN : SNUG_NONE;
    }
    /* Both buffers are of one size. */
    if (ret->from != search->from)
        (void)snug_text_copy(snug_text_of(search->from), sizeof ret->from, ret->from);
}

void snug_limits_read_cpu(const struct snug_root *root, const struct snug_cgroup *cgroup,
                          struct snug_quota *ret_limit, struct snug_quota *ret_own)
{
    struct snug_cgroup at = *cgroup;
    struct search search = {.root = root, .at = &at, .from = ret_limit->from};
    search.from[0] = 0;
    search_own(&search, take_cpu);
    write_quota(&search, ret_own);
    search_ancestors(&search, take_cpu);
    write_quota(&search, ret_limit);
}

static const char meminfo[] = "/proc/meminfo";

/* `MemTotal:       24683620 kB`; false if it cannot be read. */
static bool read_total_kib(const struct snug_root *root, uint64_t *ret)
{
    return snug_file_find(root, meminfo, "MemTotal:", ret) == 0 &&
           *ret <= UINT64_MAX / KIB_BYTES;
}

/* Where version 1 has no limit, gVisor says what the machine has. A sandbox, or lxcfs, that
 * makes the machine look as small as its limit says the same of a limit; but limits are
 * whole MiB, and no machine's memory is. */
static bool is_all_memory(const struct snug_root *root, uint64_t bytes)
{
    uint64_t kib;
    if (!read_total_kib(root, &kib))
        return false;
    return bytes > kib * KIB_BYTES || (bytes == kib * KIB_BYTES && kib % MIB_KIB);
}

/* lxcfs goes by the container's first process and every cgroup above it, where there may be
 * a limit that the container does not see: Proxmox VE sets it above the namespace. Without
 * any it shows what the machine has. True if what it states is the limit. */
static bool take_stated_memory(struct search *search)
{
    uint64_t kib;
    const uint64_t machine_kib = snug_nodes_total_kib(search->root);
    if (!read_total_kib(search->root, &kib) || !kib ||
        kib >= machine_kib - machine_kib / MACHINE_PARTS)
        return false;
    const struct limit stated = {.kind = SNUG_SET, .amount = kib * KIB_BYTES, .per = 1};
    (void)tighten(&search->hard, &stated);
    return prefer(search, &stated, meminfo);
}

void snug_limits_read_memory(const struct snug_root *root, const struct snug_cgroup *cgroup,
                             bool is_named, struct snug_memory_facts *ret_memory)
{
    struct snug_cgroup at = *cgroup;
    struct snug_bytes *ret = &ret_memory->limit;
    struct search search = {
        .root = root, .at = &at, .is_named = is_named, .from = ret->from};
    search.from[0] = 0;
    search_own(&search, take_memory);
    search_ancestors(&search, take_memory);
    /* Last, so that a visible ancestor's file is named and not this one. */
    at = *cgroup;
    if (search.total.kind == SNUG_SET) {
        take(&search, memory_stat, 0, &search.total);
        (void)tighten(&search.hard, &search.total);
    }
    if (!cgroup->is_v2 && search.best.kind == SNUG_SET &&
        is_all_memory(root, search.best.amount))
        search.hard.kind = search.best.kind = SNUG_NONE;
    ret->is_stated = cgroup->is_stated && take_stated_memory(&search);

    ret_memory->hard_bytes = search.hard.kind == SNUG_SET ? search.hard.amount : 0;
    ret->kind = search.best.kind;
    ret->why = SNUG_WHY_NOTHING;
    ret->bytes = search.best.amount;
    if (ret->kind == SNUG_SET)
        return;
    ret->bytes = 0;
    ret->from[0] = 0;
    ret->why = unknown_why(&search);
    ret->kind = ret->why ? SNUG_UNKNOWN : SNUG_NONE;
}
