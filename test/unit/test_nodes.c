/* SPDX-License-Identifier: LGPL-2.1-or-later
 * NUMA nodes below a root.
 */
#include "suite.h"
#include "folder.h"
#include "snug/facts/nodes.h"

#define NODES "sys/devices/system/node/"

static struct snug_node_facts nodes;

static const struct {
    const char *label;
    const char *online;
    unsigned n_online;
} counts[] = {
    {"no file", NULL, 0},      {"empty", "", 0},      {"letters", "zero\n", 0},
    {"open range", "0-\n", 0}, {"one", "0\n", 1},     {"one, not the first", "3\n", 1},
    {"two", "0-1\n", 2},       {"gap", "0,2-3\n", 3}, {"no newline", "0-1", 2},
};

START_TEST(online_nodes_are_counted)
{
    if (counts[_i].online)
        folder_put(NODES "online", counts[_i].online);
    snug_nodes_read(&folder, &nodes);
    ck_assert_msg(nodes.n_online == counts[_i].n_online, "%s: %u", counts[_i].label,
                  nodes.n_online);
}
END_TEST

START_TEST(each_cpu_has_its_node)
{
    folder_put(NODES "online", "0,2\n");
    folder_put(NODES "node0/cpulist", "0-1,4\n");
    folder_put(NODES "node2/cpulist", "2-3,8191\n");
    snug_nodes_read(&folder, &nodes);
    static const struct {
        unsigned cpu;
        uint8_t node;
    } rows[] = {{0, 0}, {1, 0}, {2, 2}, {3, 2}, {4, 0}, {5, SNUG_NODE_UNKNOWN}, {8191, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_uint_eq(nodes.node_of[rows[i].cpu], rows[i].node);
}
END_TEST

START_TEST(a_node_that_cannot_be_read_loses_only_its_cpus)
{
    folder_put(NODES "online", "0-3\n");
    folder_put(NODES "node0/cpulist", "0-\n");
    folder_put(NODES "node1/cpulist", "\n");
    folder_put(NODES "node3/cpulist", "1\n");
    snug_nodes_read(&folder, &nodes);
    ck_assert_uint_eq(nodes.n_online, 4);
    ck_assert_uint_eq(nodes.node_of[0], SNUG_NODE_UNKNOWN);
    ck_assert_uint_eq(nodes.node_of[1], 3);
}
END_TEST

START_TEST(a_node_number_past_the_last_is_left_out)
{
    folder_put(NODES "online", "254-256\n");
    folder_put(NODES "node254/cpulist", "0\n");
    folder_put(NODES "node255/cpulist", "1\n");
    folder_put(NODES "node256/cpulist", "2\n");
    snug_nodes_read(&folder, &nodes);
    ck_assert_uint_eq(nodes.n_online, 3);
    ck_assert_uint_eq(nodes.node_of[0], 254);
    ck_assert_uint_eq(nodes.node_of[1], SNUG_NODE_UNKNOWN);
    ck_assert_uint_eq(nodes.node_of[2], SNUG_NODE_UNKNOWN);
}
END_TEST

START_TEST(memory_and_cpus_are_looked_for_on_each_node)
{
    folder_put(NODES "online", "0-3\n");
    folder_put(NODES "has_memory", "0-1,3,5\n"); /* 5 went offline in between. */
    folder_put(NODES "node0/cpulist", "0-1\n");
    folder_put(NODES "node1/cpulist", "\n");
    folder_put(NODES "node2/cpulist", "2\n");
    snug_nodes_read(&folder, &nodes);
    ck_assert_uint_eq(nodes.with_memory, 0xb);
    ck_assert_uint_eq(nodes.with_cpus, 0x5);
}
END_TEST

START_TEST(without_the_file_no_node_has_memory)
{
    folder_put(NODES "online", "0-1\n");
    snug_nodes_read(&folder, &nodes);
    ck_assert_uint_eq(nodes.with_memory, 0);
}
END_TEST

static const struct {
    const char *label;
    const char *meminfo;
    uint64_t free_bytes;
} free_rows[] = {
    {"no file", NULL, 0},
    {"another file", "MemFree: 7 kB\n", 0},
    {"no number", "Node 1 MemFree: kB\n", 0},
    {"too large", "Node 1 MemFree: 18446744073709551615 kB\n", 0},
    {"as it is",
     "Node 1 MemTotal:        1963340 kB\nNode 1 MemFree:         1913280 kB\n"
     "Node 1 MemUsed:           50060 kB\n",
     1913280ull << 10},
};

START_TEST(free_memory_is_read_for_nodes_with_memory)
{
    if (free_rows[_i].meminfo)
        folder_put(NODES "node1/meminfo", free_rows[_i].meminfo);
    folder_put(NODES "node2/meminfo", "Node 2 MemFree: 4 kB\n");
    nodes = (struct snug_node_facts){.with_memory = 2};
    snug_nodes_read_free(&folder, &nodes);
    ck_assert_msg(nodes.free_bytes[1] == free_rows[_i].free_bytes, "%s: %llu",
                  free_rows[_i].label, (unsigned long long)nodes.free_bytes[1]);
    ck_assert_uint_eq(nodes.free_bytes[2], 0);
}
END_TEST

/* On the machine of these rows there are two; the process may use CPU 2 of the second. */
static const struct {
    const char *label;
    const char *status;
    bool needs_nodes;
    unsigned n_online;
    uint64_t with_memory; /* That file is read with all nodes. */
} rests[] = {
    {"the memory of one", "Mems_allowed_list:\t1\n", false, 0, 0},
    {"the memory of both", "Mems_allowed_list:\t0-1\n", false, 2, 0},
    {"nobody says whose", "Seccomp:\t0\n", false, 2, 3},
    {"of one, and a node is asked for", "Mems_allowed_list:\t1\n", true, 2, 3},
    {"of others", "Mems_allowed_list:\t0,2-3\n", false, 0, 0},
};

START_TEST(nodes_that_matter_to_nobody_are_not_read)
{
    static struct snug_facts facts;
    folder_put(NODES "online", "0-1\n");
    folder_put(NODES "has_memory", "0-1\n");
    folder_put(NODES "node0/cpulist", "0-1\n");
    folder_put(NODES "node1/cpulist", "2-3\n");
    folder_put("proc/self/status", rests[_i].status);
    facts.cpu.current = SNUG_CPUS_MAX;
    facts.cpu.n_allowed = 1;
    snug_cpus_add(&facts.cpu.allowed, 2);
    snug_facts_gather_rest(&folder, rests[_i].needs_nodes, &facts);
    ck_assert_msg(facts.nodes.n_online == rests[_i].n_online, "%s: %u", rests[_i].label,
                  facts.nodes.n_online);
    ck_assert_msg(facts.nodes.with_memory == rests[_i].with_memory, "%s", rests[_i].label);
    ck_assert(facts.nodes.n_online == 0 || facts.nodes.node_of[2] == 1);
}
END_TEST

START_TEST(no_node_is_read_after_that_of_the_cpu)
{
    folder_put(NODES "node0/cpulist", "0\n");
    folder_put(NODES "node1/cpulist", "1\n");
    folder_put(NODES "node2/cpulist", "2\n");
    snug_nodes_read_one(&folder, 6, 1, &nodes);
    ck_assert_uint_eq(nodes.node_of[0], SNUG_NODE_UNKNOWN);
    ck_assert_uint_eq(nodes.node_of[1], 1);
    ck_assert_uint_eq(nodes.node_of[2], SNUG_NODE_UNKNOWN);
    ck_assert_uint_eq(nodes.n_online, 2);
    snug_nodes_read_one(&folder, 6, 0, &nodes);
    ck_assert_uint_eq(nodes.n_online, 0);
}
END_TEST

static Suite *nodes_suite(void)
{
    Suite *suite = suite_create("nodes");
    TCase *tcase = tcase_create("reading");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_loop_test(tcase, online_nodes_are_counted, 0, sizeof counts / sizeof *counts);
    tcase_add_test(tcase, each_cpu_has_its_node);
    tcase_add_test(tcase, a_node_that_cannot_be_read_loses_only_its_cpus);
    tcase_add_test(tcase, a_node_number_past_the_last_is_left_out);
    tcase_add_test(tcase, memory_and_cpus_are_looked_for_on_each_node);
    tcase_add_test(tcase, without_the_file_no_node_has_memory);
    tcase_add_loop_test(tcase, free_memory_is_read_for_nodes_with_memory, 0,
                        sizeof free_rows / sizeof *free_rows);
    tcase_add_test(tcase, no_node_is_read_after_that_of_the_cpu);
    tcase_add_loop_test(tcase, nodes_that_matter_to_nobody_are_not_read, 0,
                        sizeof rests / sizeof *rests);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(nodes_suite());
}
