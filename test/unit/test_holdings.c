/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a process's memory lies, by files in a folder.
 */
#include "folder.h"
#include "snug/cli/subject/holdings.h"
#include "suite.h"

static struct snug_holdings holdings;

START_TEST(anonymous_memory_is_counted_by_node_and_size_of_page)
{
    folder_put("proc/self/numa_maps",
               "00400000 default file=/bin/service mapped=9 anon=4 N0=9 "
               "kernelpagesize_kB=4\n"
               "c000000000 default anon=3 dirty=3 active=0 N0=1 N3=2 kernelpagesize_kB=4\n"
               "7f0000000000 interleave:0-3 anon=1 dirty=1 N3=1 kernelpagesize_kB=2048\n"
               "7f8000000000 default stack anon=2 N0=2 kernelpagesize_kB=4\n");
    snug_holdings_read(&folder, &holdings);
    ck_assert(holdings.has_nodes);
    ck_assert_uint_eq(holdings.nodes, 1 << 0 | 1 << 3);
    ck_assert_uint_eq(holdings.node_bytes[0], 3 * 4096);
    ck_assert_uint_eq(holdings.node_bytes[3], 2 * 4096 + (2 << 20));
    ck_assert_uint_eq(holdings.node_bytes[1], 0);
}
END_TEST

START_TEST(lines_that_say_something_else_are_left_out)
{
    folder_put("proc/self/numa_maps",
               "1 default anon=1 N0=1\n"
               "2 default anon=1 N64=1 Nx=1 N=1 N0 N1=many kernelpagesize_kB=4\n"
               "3 default anon=1 N2=18446744073709551615 kernelpagesize_kB=4\n"
               "4 default anon=1 N0=1 kernelpagesize_kB=18446744073709551615\n"
               "5 default anon=1 N5=1 kernelpagesize_kB=4\n");
    snug_holdings_read(&folder, &holdings);
    ck_assert(holdings.has_nodes);
    ck_assert_uint_eq(holdings.nodes, 1 << 5);
    ck_assert_uint_eq(holdings.node_bytes[5], 4096);
}
END_TEST

START_TEST(huge_pages_are_summed_up_by_the_kernel)
{
    folder_put("proc/self/smaps_rollup",
               "00400000-7ffd00000000 ---p 00000000 00:00 0 [rollup]\n"
               "Rss:      8192 kB\nAnonHugePages:      4096 kB\n");
    snug_holdings_read(&folder, &holdings);
    ck_assert(holdings.huge_bytes.is_known);
    ck_assert_uint_eq(holdings.huge_bytes.number, 4 << 20);
}
END_TEST

START_TEST(without_the_files_nothing_is_known)
{
    snug_holdings_read(&folder, &holdings);
    ck_assert(!holdings.has_nodes);
    ck_assert(!holdings.huge_bytes.is_known);
    /* What a kernel thread, and a process that has ended, have. */
    folder_put("proc/self/numa_maps", "");
    folder_put("proc/self/smaps_rollup", "");
    snug_holdings_read(&folder, &holdings);
    ck_assert(!holdings.has_nodes);
    ck_assert(!holdings.huge_bytes.is_known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("holdings");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, folder_make, folder_remove);
    tcase_add_test(files, anonymous_memory_is_counted_by_node_and_size_of_page);
    tcase_add_test(files, lines_that_say_something_else_are_left_out);
    tcase_add_test(files, huge_pages_are_summed_up_by_the_kernel);
    tcase_add_test(files, without_the_files_nothing_is_known);
    suite_add_tcase(suite, files);
    return suite_run(suite);
}
