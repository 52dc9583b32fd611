/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where the Go runtime comes to the planned count by itself, and where it has to be told.
 */
#include "machine.h"

START_TEST(new_go_that_agrees_is_left_alone)
{
    run_newest_go();
    make();
    ck_assert(plan.cpu.has_window && !plan.cpu.sets_gomaxprocs);
    ck_assert(!plan.cpu.may_set_gomaxprocs);
}
END_TEST

START_TEST(new_go_that_reads_a_hidden_mount_gets_gomaxprocs)
{
    run_newest_go();
    facts.cpu.misleads_go = true;
    make();
    ck_assert(plan.cpu.sets_gomaxprocs);
}
END_TEST

START_TEST(new_go_finds_its_own_count_where_the_limit_is_unknown)
{
    run_newest_go();
    facts.cpu.limit.kind = SNUG_UNKNOWN;
    facts.cpu.own.kind = SNUG_UNKNOWN;
    make();
    ck_assert(!plan.cpu.sets_gomaxprocs && !plan.cpu.may_set_gomaxprocs);
    ck_assert_int_eq(plan.cpu.gomaxprocs_reason, SNUG_REASON_LIMIT_UNKNOWN);
}
END_TEST

static const struct differ_row {
    const char *label;
    const char *key, *value;
    enum snug_kind own;
    enum snug_answer container, updates;
    unsigned go_minor;
    bool is_mounted_whole;
    bool sets_gomaxprocs;
} differ_rows[] = {
    {"an ancestor's limit", NULL, NULL, SNUG_NONE, SNUG_MAYBE, SNUG_MAYBE, 27, true, true},
    {"a fixed count", "cpu.count", "3", SNUG_SET, SNUG_MAYBE, SNUG_MAYBE, 27, true, true},
    {"one CPU", "cpu.count", "1", SNUG_SET, SNUG_MAYBE, SNUG_MAYBE, 27, true, true},
    {"GODEBUG switched both off", NULL, NULL, SNUG_SET, SNUG_NO, SNUG_NO, 27, true, false},
    {"GODEBUG left updates on", NULL, NULL, SNUG_SET, SNUG_NO, SNUG_MAYBE, 27, true, true},
    {"GODEBUG left the limit on", NULL, NULL, SNUG_SET, SNUG_MAYBE, SNUG_NO, 27, true,
     false},
    {"1.25 cannot find its cgroup", NULL, NULL, SNUG_SET, SNUG_MAYBE, SNUG_MAYBE, 25, false,
     true},
    {"1.26 finds it", NULL, NULL, SNUG_SET, SNUG_MAYBE, SNUG_MAYBE, 26, false, false},
    {"1.25 finds it at the root", NULL, NULL, SNUG_SET, SNUG_MAYBE, SNUG_MAYBE, 25, true,
     false},
    {"an unknown own limit", NULL, NULL, SNUG_UNKNOWN, SNUG_MAYBE, SNUG_MAYBE, 27, true,
     true},
};

START_TEST(new_go_that_would_not_stay_gets_gomaxprocs)
{
    const struct differ_row *row = &differ_rows[_i];
    run_newest_go();
    facts.program.go_minor = row->go_minor;
    facts.cpu.own.kind = row->own;
    facts.cpu.is_mounted_whole = row->is_mounted_whole;
    facts.variables.container_maxprocs = row->container;
    facts.variables.update_maxprocs = row->updates;
    if (row->key)
        choose(row->key, row->value);
    make();
    ck_assert_msg(plan.cpu.sets_gomaxprocs == row->sets_gomaxprocs, "%s", row->label);
    ck_assert(plan.cpu.has_window);
}
END_TEST

/* An ancestor's limit of 1.5 CPUs, the own one of as many, and none. */
static const struct hidden_row {
    const char *label;
    enum snug_kind limit, own;
    bool sets_gomaxprocs;
} hidden_rows[] = {
    {"an ancestor's limit", SNUG_SET, SNUG_NONE, true},
    {"an own limit", SNUG_SET, SNUG_SET, false},
    {"no limit", SNUG_NONE, SNUG_NONE, false},
};

START_TEST(a_release_that_hides_itself_gets_gomaxprocs_where_it_matters)
{
    run_newest_go();
    facts.program.follows_container = SNUG_MAYBE;
    facts.program.follows_updates = SNUG_MAYBE;
    facts.cpu.limit.kind = hidden_rows[_i].limit;
    facts.cpu.own.kind = hidden_rows[_i].own;
    make();
    ck_assert_msg(plan.cpu.sets_gomaxprocs == hidden_rows[_i].sets_gomaxprocs, "%s",
                  hidden_rows[_i].label);
}
END_TEST

static Suite *runtime_suite(void)
{
    Suite *suite = suite_create("runtime");
    TCase *tcase = tcase_create("gomaxprocs");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, new_go_that_agrees_is_left_alone);
    tcase_add_test(tcase, new_go_that_reads_a_hidden_mount_gets_gomaxprocs);
    tcase_add_test(tcase, new_go_finds_its_own_count_where_the_limit_is_unknown);
    tcase_add_loop_test(tcase, new_go_that_would_not_stay_gets_gomaxprocs, 0,
                        N_ROWS(differ_rows));
    tcase_add_loop_test(tcase, a_release_that_hides_itself_gets_gomaxprocs_where_it_matters,
                        0, N_ROWS(hidden_rows));
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(runtime_suite());
}
