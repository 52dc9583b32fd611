/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /sys/devices/system/node. It shows the whole machine, in a container too.
 */
#include <errno.h>
#include <string.h>

#include "snug/facts/nodes.h"

enum { LIST_BYTES = 4096, PATH_BYTES = 64 };

static const char folder[] = "/sys/devices/system/node/";

static int read_set(const struct snug_root *root, const char *name, struct snug_cpus *ret)
{
    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    snug_text_put(&out, folder);
    snug_text_put(&out, name);

    char list[LIST_BYTES];
    size_t n;
    const int r = snug_file_read(root, path, sizeof list, list, &n);
    return r < 0 ? r : snug_cpus_parse((struct snug_text){list, n}, ret);
}

/* `node3/cpulist`. */
static void put_name(struct snug_builder *out, unsigned node, const char *file)
{
    snug_text_put(out, "node");
    snug_text_put_u64(out, node);
    snug_text_put(out, file);
}

static void read_node(const struct snug_root *root, unsigned node,
                      struct snug_node_facts *ret)
{
    char name[PATH_BYTES];
    struct snug_builder out = snug_text_build(name, sizeof name);
    put_name(&out, node, "/cpulist");

    struct snug_cpus cpus;
    if (read_set(root, name, &cpus) < 0)
        return;
    for (unsigned cpu = snug_cpus_next(&cpus, 0); cpu < SNUG_CPUS_MAX;
         cpu = snug_cpus_next(&cpus, cpu + 1)) {
        ret->node_of[cpu] = (uint8_t)node;
        if (node < SNUG_NODES_MAX)
            ret->with_cpus |= (uint64_t)1 << node;
    }
}

static void forget(struct snug_node_facts *ret)
{
    ret->n_online = 0;
    ret->with_cpus = 0;
    ret->with_memory = 0;
    memset(ret->node_of, SNUG_NODE_UNKNOWN, sizeof ret->node_of);
}

void snug_nodes_read_one(const struct snug_root *root, uint64_t nodes, unsigned cpu,
                         struct snug_node_facts *ret)
{
    forget(ret);
    for (unsigned node = 0; node < SNUG_NODES_MAX && ret->n_online == 0; node++) {
        if (!(nodes >> node & 1))
            continue;
        read_node(root, node, ret);
        if (ret->node_of[cpu] == node)
            ret->n_online = 2;
    }
}

void snug_nodes_read(const struct snug_root *root, struct snug_node_facts *ret)
{
    forget(ret);
    /* A list of nodes has the format of a list of CPUs. */
    struct snug_cpus nodes;
    if (read_set(root, "online", &nodes) < 0)
        return;
    ret->n_online = snug_cpus_count(&nodes);
    if (ret->n_online < 2)
        return;
    for (unsigned node = snug_cpus_next(&nodes, 0); node < SNUG_NODE_UNKNOWN;
         node = snug_cpus_next(&nodes, node + 1))
        read_node(root, node, ret);

    struct snug_cpus with_memory;
    if (read_set(root, "has_memory", &with_memory) == 0)
        ret->with_memory = with_memory.word[0] & nodes.word[0];
}

/* `Node 1 MemFree:        1955032 kB`. -errno. */
static int read_kib(const struct snug_root *root, unsigned node, const char *what,
                    uint64_t *ret)
{
    char path[PATH_BYTES];
    struct snug_builder out = snug_text_build(path, sizeof path);
    snug_text_put(&out, folder);
    put_name(&out, node, "/meminfo");
    char key[PATH_BYTES];
    out = snug_text_build(key, sizeof key);
    snug_text_put(&out, "Node ");
    snug_text_put_u64(&out, node);
    snug_text_put(&out, what);
    const int r = snug_file_find(root, path, key, ret);
    return r == 0 && *ret > UINT64_MAX >> 20 ? -ERANGE : r;
}

void snug_nodes_read_free(const struct snug_root *root, struct snug_node_facts *nodes)
{
    for (unsigned node = 0; node < SNUG_NODES_MAX; node++) {
        uint64_t kib;
        if (nodes->with_memory >> node & 1)
            nodes->free_bytes[node] =
                read_kib(root, node, " MemFree:", &kib) < 0 ? 0 : kib << 10;
    }
}

uint64_t snug_nodes_total_kib(const struct snug_root *root)
{
    struct snug_cpus nodes;
    if (read_set(root, "online", &nodes) < 0)
        return 0;
    uint64_t ret = 0;
    for (unsigned node = snug_cpus_next(&nodes, 0); node < SNUG_NODE_UNKNOWN;
         node = snug_cpus_next(&nodes, node + 1)) {
        uint64_t kib;
        if (read_kib(root, node, " MemTotal:", &kib) < 0)
            return 0;
        ret += kib;
    }
    return ret;
}
