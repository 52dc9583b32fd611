/* SPDX-License-Identifier: LGPL-2.1-or-later
 * NUMA nodes below a root.
 */
#include "suite.h"
#include "folder.h"
#include "snug/nodes.h"

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

static Suite *nodes_suite(void)
{
    Suite *suite = suite_create("nodes");
    TCase *tcase = tcase_create("reading");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_loop_test(tcase, online_nodes_are_counted, 0, sizeof counts / sizeof *counts);
    tcase_add_test(tcase, each_cpu_has_its_node);
    tcase_add_test(tcase, a_node_that_cannot_be_read_loses_only_its_cpus);
    tcase_add_test(tcase, a_node_number_past_the_last_is_left_out);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(nodes_suite());
}
