/* SPDX-License-Identifier: LGPL-2.1-or-later
 * On which nodes a cgroup's memory lies, by files in a folder.
 */
#include <unistd.h>

#include "folder.h"
#include "group.h"
#include "snug/cli/subject/spread.h"
#include "suite.h"

static struct snug_cgroup at;
static struct snug_spread spread;

static void set_up(void)
{
    folder_make();
    folder_put("u/pod/", "");
    at = cgroup_at("/u/pod");
}

START_TEST(bytes_are_listed_by_kind)
{
    folder_put("u/pod/memory.numa_stat", "anon N0=12288 N3=2105344\n"
                                         "file N0=1 N1=2\n"
                                         "anon_thp N0=3 N1=4\n");
    snug_spread_read(&folder, &at, &spread);
    ck_assert(spread.has_nodes);
    ck_assert_uint_eq(spread.nodes, 1 << 0 | 1 << 3);
    ck_assert_uint_eq(spread.node_bytes[0], 12288);
    ck_assert_uint_eq(spread.node_bytes[3], 2105344);
    ck_assert_uint_eq(spread.node_bytes[1], 0);
}
END_TEST

START_TEST(version_1_has_pages_and_those_below)
{
    at.is_v2 = false;
    folder_put("u/pod/memory.numa_stat", "total=9 N0=4 N1=5\n"
                                         "anon=3 N0=1 N1=2\n"
                                         "hierarchical_total=90 N0=40 N1=50\n"
                                         "hierarchical_anon=30 N0=10 N1=20\n"
                                         "hierarchical_unevictable=0 N0=0 N1=0\n");
    snug_spread_read(&folder, &at, &spread);
    const uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    ck_assert(spread.has_nodes);
    ck_assert_uint_eq(spread.nodes, 1 << 0 | 1 << 1);
    ck_assert_uint_eq(spread.node_bytes[0], 10 * page_bytes);
    ck_assert_uint_eq(spread.node_bytes[1], 20 * page_bytes);
}
END_TEST

START_TEST(words_that_say_something_else_are_left_out)
{
    at.is_v2 = false;
    folder_put("u/pod/memory.numa_stat",
               "hierarchical_anon=1 N64=1 Nx=1 N=1 N0 N1=many N5=0 "
               "N2=18446744073709551615\n");
    snug_spread_read(&folder, &at, &spread);
    ck_assert(spread.has_nodes);
    ck_assert_uint_eq(spread.nodes, 1 << 5);
    ck_assert_uint_eq(spread.node_bytes[5], 0);
}
END_TEST

START_TEST(without_the_file_nothing_is_known)
{
    snug_spread_read(&folder, &at, &spread);
    ck_assert(!spread.has_nodes);
    folder_put("u/pod/memory.numa_stat", "");
    snug_spread_read(&folder, &at, &spread);
    ck_assert(!spread.has_nodes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spread");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, set_up, folder_remove);
    tcase_add_test(files, bytes_are_listed_by_kind);
    tcase_add_test(files, version_1_has_pages_and_those_below);
    tcase_add_test(files, words_that_say_something_else_are_left_out);
    tcase_add_test(files, without_the_file_nothing_is_known);
    suite_add_tcase(suite, files);
    return suite_run(suite);
}
