/* SPDX-License-Identifier: LGPL-2.1-or-later
 * smaps_rollup and numa_maps. Kernels without NUMA have no numa_maps.
 */
#include <errno.h>

#include "snug/cli/subject/holdings.h"

enum { LINE_BYTES = 8192, KIB_BYTES = 1024 };

static struct snug_figure read_huge(const struct snug_root *root)
{
    struct snug_figure ret = {0};
    ret.is_known = snug_file_find(root, "/proc/self/smaps_rollup",
                                  "AnonHugePages:", &ret.number) == 0 &&
                   !__builtin_mul_overflow(ret.number, (uint64_t)KIB_BYTES, &ret.number);
    return ret.is_known ? ret : (struct snug_figure){0};
}

/* `N0=512` adds so many pages to a node. */
static void take_pages(struct snug_text word, uint64_t page_bytes,
                       struct snug_holdings *ret)
{
    struct snug_text number = word;
    struct snug_text node;
    uint64_t i;
    uint64_t n;
    if (!snug_text_cut(&number, '=', &node) || !number.at ||
        snug_text_u64((struct snug_text){node.at + 1, node.n - 1}, &i) < 0 ||
        i >= SNUG_NODES_MAX || snug_text_u64(number, &n) < 0 ||
        __builtin_mul_overflow(n, page_bytes, &n))
        return;
    ret->nodes |= (uint64_t)1 << i;
    ret->node_bytes[i] += n;
}

/* `c000000000 default anon=512 dirty=512 N0=512 kernelpagesize_kB=4`. Of a mapped file
 * pages of the file itself are counted too, so it is left out. */
static void take_mapping(struct snug_text line, struct snug_holdings *ret)
{
    static const char page[] = "kernelpagesize_kB=";
    struct snug_text rest = line;
    struct snug_text word;
    uint64_t page_kib = 0;
    while (snug_text_cut_word(&rest, &word)) {
        if (snug_text_starts(word, "file="))
            return;
        if (snug_text_starts(word, page))
            (void)snug_text_u64(
                (struct snug_text){word.at + sizeof page - 1, word.n - (sizeof page - 1)},
                &page_kib); /* Or it stays 0. */
    }
    while (page_kib && page_kib <= UINT64_MAX / KIB_BYTES &&
           snug_text_cut_word(&line, &word))
        if (snug_text_starts(word, "N"))
            take_pages(word, page_kib * KIB_BYTES, ret);
}

static void read_nodes(const struct snug_root *root, struct snug_holdings *ret)
{
    __attribute__((cleanup(snug_file_close))) const int fd =
        snug_file_open(root, "/proc/self/numa_maps");
    if (fd < 0)
        return;
    char buffer[LINE_BYTES];
    struct snug_lines lines = snug_file_lines(fd, buffer, sizeof buffer);
    struct snug_text line;
    int r;
    while ((r = snug_file_next_line(&lines, &line)) > 0 || r == -EFBIG)
        if (r > 0)
            take_mapping(line, ret);
    ret->has_nodes = r == 0 && ret->nodes; /* A process has a stack. */
}

void snug_holdings_read(const struct snug_root *root, struct snug_holdings *ret)
{
    *ret = (struct snug_holdings){.huge_bytes = read_huge(root)};
    read_nodes(root, ret);
}
