/* SPDX-License-Identifier: LGPL-2.1-or-later
 * memory.numa_stat of both cgroup versions. Kernels without NUMA have none, nor has version
 * 2 before Linux 5.9.
 */
#include <unistd.h>

#include "snug/cli/subject/spread.h"

enum { LINE_BYTES = 4096 };

/* `N0=512`. */
static void take_node(struct snug_text word, uint64_t unit_bytes, struct snug_spread *ret)
{
    struct snug_text number = word;
    struct snug_text node;
    uint64_t i;
    uint64_t n;
    if (!snug_text_starts(word, "N") || !snug_text_cut(&number, '=', &node) || !number.at ||
        snug_text_u64((struct snug_text){node.at + 1, node.n - 1}, &i) < 0 ||
        i >= SNUG_NODES_MAX || snug_text_u64(number, &n) < 0 ||
        __builtin_mul_overflow(n, unit_bytes, &n))
        return;
    ret->nodes |= (uint64_t)1 << i;
    ret->node_bytes[i] = n;
}

/* `anon N0=4096 N1=0` in bytes; of version 1 `hierarchical_anon=1 N0=1 N1=0` in pages, and
 * without the word in front the cgroup's own alone. */
void snug_spread_read(const struct snug_root *root, struct snug_cgroup *at,
                      struct snug_spread *ret)
{
    *ret = (struct snug_spread){0};
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, snug_cgroup_file(at, "memory.numa_stat"));
    if (fd < 0)
        return;
    const char *const start = at->is_v2 ? "anon " : "hierarchical_anon=";
    const uint64_t unit_bytes = at->is_v2 ? 1 : (uint64_t)sysconf(_SC_PAGESIZE);
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    while (snug_file_next_line(&lines, &line) > 0) {
        struct snug_text word;
        if (!snug_text_starts(line, start))
            continue;
        while (snug_text_cut_word(&line, &word))
            take_node(word, unit_bytes, ret);
    }
    ret->has_nodes = ret->nodes;
}
