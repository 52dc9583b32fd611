/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Ports and connections, by tables in a folder.
 */
#include "folder.h"
#include "snug/cli/subject/connections.h"
#include "suite.h"

#define HEAD                                                                            \
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid" \
    "  timeout inode\n"
#define ROW(remote, state, inode)                                                       \
    "   0: 0100007F:1F90 " remote " " state " 00000000:00000000 00:00000000 00000000  " \
    "1000        0 " inode " 1 0 20 4 30 10 -1\n"
#define LISTENER ROW("00000000:0000", "0A", "4711")

static struct snug_connections connections;

static void read_all(void)
{
    struct snug_sockets sockets;
    snug_sockets_read(&folder, &sockets);
    snug_connections_read(&folder, &sockets, NULL, &connections);
    snug_sockets_close(&sockets);
    ck_assert(connections.is_known);
}

START_TEST(a_row_that_is_repeated_counts_once)
{
    folder_put("proc/self/net/tcp",
               HEAD LISTENER ROW("0100007F:0001", "01", "21")
                   ROW("0100007F:0002", "01", "22") ROW("0100007F:0003", "01", "23")
                       LISTENER ROW("0100007F:0001", "01", "21")
                           ROW("0100007F:0003", "01", "23"));
    read_all();
    ck_assert(!connections.is_own);
    ck_assert_uint_eq(connections.n, 1);
    ck_assert_uint_eq(connections.listener[0].n, 3);
    ck_assert_uint_eq(connections.listener[0].n_idle, 3);
    folder_put("snug/sockets", "4711\n21\n");
    read_all();
    ck_assert(connections.is_own);
    ck_assert_uint_eq(connections.listener[0].n, 1);
}
END_TEST

START_TEST(what_nobody_has_accepted_yet_has_no_inode_and_counts)
{
    folder_put("proc/self/net/tcp",
               HEAD LISTENER ROW("0100007F:0001", "01", "0") ROW("0100007F:0002", "01", "0")
                   ROW("0100007F:0003", "06", "0"));
    read_all();
    ck_assert_uint_eq(connections.listener[0].n, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connections");
    TCase *tables = tcase_create("tables");
    tcase_add_checked_fixture(tables, folder_make, folder_remove);
    tcase_add_test(tables, a_row_that_is_repeated_counts_once);
    tcase_add_test(tables, what_nobody_has_accepted_yet_has_no_inode_and_counts);
    suite_add_tcase(suite, tables);
    return suite_run(suite);
}
