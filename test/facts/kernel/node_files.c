/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Fact: /sys/devices/system/node lists the nodes that are online and those with memory as
 * ranges, each node's CPUs in node0/cpulist as ranges, which may be empty, and its free
 * memory in a line "Node 0 MemFree:" of node0/meminfo, in kB.
 * Relied on by: lib/facts/nodes.c, lib/facts/online.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fact.h"

enum { LIST_BYTES = 4096, PATH_BYTES = 128 };

/* True if it is a line of numbers, ranges and commas; an empty one is. */
static bool read_list(const char *path, char *ret)
{
    FILE *file = fopen(path, "r");
    const bool is_read = file && fgets(ret, LIST_BYTES, file);
    if (file)
        fclose(file);
    return is_read && strcmp(ret + strspn(ret, "0123456789,-"), "\n") == 0;
}

static void look_at_node(unsigned node)
{
    char path[PATH_BYTES];
    char key[PATH_BYTES];
    char line[LIST_BYTES];
    snprintf(path, sizeof path, "/sys/devices/system/node/node%u/cpulist", node);
    fact_expect(read_list(path, line), "%s says %s", path, line);

    bool is_found = false;
    snprintf(path, sizeof path, "/sys/devices/system/node/node%u/meminfo", node);
    snprintf(key, sizeof key, "Node %u MemFree:", node);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0) {
            char *unit;
            strtoull(line + strlen(key), &unit, 10);
            is_found = strcmp(unit, " kB\n") == 0;
        }
    if (file)
        fclose(file);
    fact_expect(is_found, "%s has no line %s", path, key);
}

int main(void)
{
    char list[LIST_BYTES] = {0};
    fact_expect(read_list("/sys/devices/system/cpu/online", list), "CPUs online: %s", list);
    if (!read_list("/sys/devices/system/node/online", list))
        fact_lacks("nodes");
    /* The first of each range; it names all nodes where there are few. */
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        look_at_node((unsigned)strtoul(at, NULL, 10));
    fact_expect(read_list("/sys/devices/system/node/has_memory", list), "with memory: %s",
                list);
    return fact_result();
}
