/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Use of memory. The limit's file stands beside those of the use. Version 1 does not tell
 * which part of the kernel's own memory it would give up, so all of that counts.
 */
#include <errno.h>

#include "snug/facts/limits.h"
#include "snug/facts/usage.h"

enum { STAT_BYTES = 8192, STATM_BYTES = 128, N_PARTS = 3 };

/* A cgroup's files. Version 1's memory.stat has the lines of the cgroup alone too. */
struct names {
    char limit[2][24];
    char used[24];
    char parts[N_PARTS][24]; /* Of memory.stat, which the kernel gives up. */
};

static const struct names versions[] = {
    {
        .limit = {"memory.max", "memory.high"},
        .used = "memory.current",
        .parts = {"inactive_file", "active_file", "slab_reclaimable"},
    },
    {
        .limit = {"memory.limit_in_bytes", ""},
        .used = "memory.usage_in_bytes",
        .parts = {"total_inactive_file", "total_active_file", ""},
    },
};

enum { N_VERSIONS = sizeof versions / sizeof *versions };

/* NULL if that is not the file of a limit. Sets the length of what stands before the
 * name. */
static const struct names *find_names(const char *from, size_t *ret_n)
{
    size_t n = snug_text_of(from).n;
    while (n && from[n - 1] != '/')
        n--;
    *ret_n = n;
    for (unsigned i = 0; i < N_VERSIONS; i++)
        for (unsigned j = 0; j < 2; j++)
            if (from[n] && snug_text_equals(snug_text_of(from + n), versions[i].limit[j]))
                return &versions[i];
    return NULL;
}

bool snug_usage_is_known(const char *from)
{
    size_t n;
    return find_names(from, &n);
}

static bool put_path(struct snug_text directory, const char *name, char *ret)
{
    struct snug_builder out = snug_text_build(ret, SNUG_PATH_BYTES);
    snug_text_put_slice(&out, directory);
    snug_text_put(&out, name);
    return !out.is_full;
}

/* What is given up of the text of memory.stat, a name and a number on each line. */
static uint64_t count_given_up(struct snug_text text, const struct names *names)
{
    uint64_t ret = 0;
    struct snug_text line;
    while (snug_text_cut(&text, '\n', &line)) {
        struct snug_text name;
        uint64_t bytes;
        if (!snug_text_cut(&line, ' ', &name) || snug_text_u64(line, &bytes) < 0)
            continue;
        for (unsigned i = 0; i < N_PARTS; i++)
            if (name.n && snug_text_equals(name, names->parts[i]) &&
                __builtin_add_overflow(ret, bytes, &ret))
                ret = UINT64_MAX;
    }
    return ret;
}

static int read_whole(const struct snug_root *root, const char *from,
                      const struct names *names, size_t n, uint64_t *ret_bytes)
{
    char path[SNUG_PATH_BYTES];
    const struct snug_text directory = {from, n};
    if (!names)
        return -EOPNOTSUPP;
    if (!put_path(directory, names->used, path))
        return -ENAMETOOLONG;
    return snug_file_find(root, path, "", ret_bytes);
}

int snug_usage_read_whole(const struct snug_root *root, const char *from,
                          uint64_t *ret_bytes)
{
    size_t n;
    const struct names *names = find_names(from, &n);
    return read_whole(root, from, names, n, ret_bytes);
}

int snug_usage_read(const struct snug_root *root, const char *from, uint64_t *ret_bytes)
{
    char path[SNUG_PATH_BYTES];
    char stat[STAT_BYTES];
    struct snug_text text = {stat, 0};
    uint64_t used;
    size_t n;
    const struct names *names = find_names(from, &n);
    const struct snug_text directory = {from, n};
    int r = read_whole(root, from, names, n, &used);
    if (r < 0)
        return r;
    if (!put_path(directory, "memory.stat", path))
        return -ENAMETOOLONG;
    r = snug_file_read(root, path, sizeof stat, stat, &text.n);
    if (r < 0)
        return r;
    const uint64_t given_up = count_given_up(text, names);
    *ret_bytes = used - (given_up < used ? given_up : used);
    return 0;
}

/* /proc/self/statm: pages of size, resident, shared with files … */
uint64_t snug_usage_resident(const struct snug_root *root, uint64_t page_bytes)
{
    char text[STATM_BYTES];
    struct snug_text rest = {text, 0};
    uint64_t number[3];
    if (snug_file_read(root, "/proc/self/statm", sizeof text, text, &rest.n) < 0)
        return 0;
    for (unsigned i = 0; i < 3; i++) {
        struct snug_text word;
        if (!snug_text_cut_word(&rest, &word) || snug_text_u64(word, &number[i]) < 0)
            return 0;
    }
    return number[1] > number[2] ? (number[1] - number[2]) * page_bytes : 0;
}
