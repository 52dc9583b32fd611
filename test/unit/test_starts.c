/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Plans for programs whose start is reached from outside, or should be.
 */
#include "machine.h"

/* A static program that `snug run` starts, and one that has a loader but no libc. */
static const struct start_row {
    const char *label;
    enum snug_start start;
    bool is_static, has_window, sets_gomaxprocs;
    enum snug_reason reason;
} start_rows[] = {
    {"traced", SNUG_START_TRACED, true, true, false, SNUG_REASON_TRACED},
    {"traced PIE", SNUG_START_TRACED, false, true, true, SNUG_REASON_TRACED},
    {"refused", SNUG_START_REFUSED, true, false, true, SNUG_REASON_TRACE_REFUSED},
    {"root regains", SNUG_START_GAINS, true, false, true, SNUG_REASON_TRACE_GAINS},
};

START_TEST(a_traced_start_counts_as_a_window)
{
    const struct start_row *row = &start_rows[_i];
    facts.program.start = row->start;
    facts.program.is_static = row->is_static;
    facts.program.imports_mmap = false;
    make();
    ck_assert_msg(plan.cpu.has_window == row->has_window, "%s", row->label);
    ck_assert_msg(plan.cpu.window_reason == row->reason, "%s", row->label);
    ck_assert_msg(plan.cpu.sets_gomaxprocs == row->sets_gomaxprocs, "%s", row->label);
}
END_TEST

START_TEST(nothing_is_traced_for_all_cpus)
{
    facts.program.start = SNUG_START_TRACED;
    facts.program.is_static = true;
    choose("cpu.count", "off");
    make();
    ck_assert(!plan.cpu.has_window && !plan.cpu.sets_gomaxprocs);
    ck_assert_int_eq(plan.cpu.window_reason, SNUG_REASON_ALL_ALLOWED);
}
END_TEST

/* Go from 1.25 on counts again, and an ancestor's limit not at all. */
START_TEST(a_traced_start_leaves_the_runtime_what_it_follows)
{
    facts.program.start = SNUG_START_TRACED;
    facts.program.is_static = true;
    facts.program.go_minor = 25;
    facts.program.follows_container = SNUG_YES;
    facts.program.follows_updates = SNUG_YES;
    make();
    ck_assert(plan.cpu.has_window && !plan.cpu.sets_gomaxprocs);
    facts.cpu.own.kind = SNUG_NONE;
    make();
    ck_assert(plan.cpu.has_window && plan.cpu.sets_gomaxprocs);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("starts");
    TCase *tcase = tcase_create("starts");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, a_traced_start_counts_as_a_window, 0, N_ROWS(start_rows));
    tcase_add_test(tcase, nothing_is_traced_for_all_cpus);
    tcase_add_test(tcase, a_traced_start_leaves_the_runtime_what_it_follows);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
