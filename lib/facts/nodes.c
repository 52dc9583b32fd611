/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /sys/devices/system/node. It shows the whole machine, in a container too.
 */
#include "snug/nodes.h"

enum { LIST_BYTES = 4096, PATH_BYTES = 64 };

static int read_set(const struct snug_root *root, const char *path, struct snug_cpus *ret)
{
    char list[LIST_BYTES];
    size_t n;
    const int r = snug_file_read(root, path, sizeof list, list, &n);
    return r < 0 ? r : snug_cpus_parse((struct snug_text){list, n}, ret);
}

static void read_node(const struct snug_root *root, unsigned node,
                      struct snug_node_facts *ret)
{
    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    snug_text_put(&out, "/sys/devices/system/node/node");
    snug_text_put_u64(&out, node);
    snug_text_put(&out, "/cpulist");

    struct snug_cpus cpus;
    if (read_set(root, path, &cpus) < 0)
        return;
    for (unsigned cpu = snug_cpus_next(&cpus, 0); cpu < SNUG_CPUS_MAX;
         cpu = snug_cpus_next(&cpus, cpu + 1))
        ret->node_of[cpu] = (uint8_t)node;
}

void snug_nodes_read(const struct snug_root *root, struct snug_node_facts *ret)
{
    ret->n_online = 0;
    for (unsigned cpu = 0; cpu < SNUG_CPUS_MAX; cpu++)
        ret->node_of[cpu] = SNUG_NODE_UNKNOWN;

    /* A list of nodes has the format of a list of CPUs. */
    struct snug_cpus online;
    if (read_set(root, "/sys/devices/system/node/online", &online) < 0)
        return;
    ret->n_online = snug_cpus_count(&online);
    if (ret->n_online < 2)
        return;
    for (unsigned node = snug_cpus_next(&online, 0); node < SNUG_NODE_UNKNOWN;
         node = snug_cpus_next(&online, node + 1))
        read_node(root, node, ret);
}
