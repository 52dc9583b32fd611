/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A process's status, in a folder: names that may be anything.
 */
#include "folder.h"
#include "snug/cli/subject/condition.h"
#include "suite.h"

static const struct row {
    const char *status, *name;
} rows[] = {
    {"Name:\tservice\n", "service"},
    {"Name:\ta\\\\b\\nc\n", "a\\b\nc"},
    {"Name:\ta:b\033\n", "a:b\033"},
    {"Name:\ta\\\n", "a\\"},
    {"Name:\t\n", ""},
    {"Threads:\t1\n", ""},
};

START_TEST(a_name_is_as_it_was_given)
{
    struct snug_condition condition;
    folder_put("proc/self/status", rows[_i].status);
    snug_condition_read_own(&folder, &condition);
    ck_assert_str_eq(condition.name, rows[_i].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("condition");
    TCase *status = tcase_create("status");
    tcase_add_checked_fixture(status, folder_make, folder_remove);
    tcase_add_loop_test(status, a_name_is_as_it_was_given, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, status);
    return suite_run(suite);
}
