/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The plan for following, and what the Go runtime does by itself.
 */
#include "machine.h"

#include "snug/plan/needs.h"
#include "snug/plan/runtime.h"

static void set_up_following(void)
{
    set_up();
    choose("follow", "on");
}

START_TEST(it_is_off_unless_asked)
{
    set_up();
    make();
    ck_assert(!plan.follow.is_on && !plan.follow.moves_cpus && !plan.follow.moves_memory);
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_FOLLOW_OFF);
    ck_assert_str_eq(plan.variable[0], "GOMEMLIMIT=241172480");
    ck_assert(!(plan.seccomp.who & SNUG_NEEDS_FOLLOW));
}
END_TEST

START_TEST(the_word_holds_what_the_variable_says)
{
    make();
    ck_assert(plan.follow.is_on && plan.follow.moves_cpus && plan.follow.moves_memory);
    ck_assert_uint_eq(plan.follow.interval_ms, 5000);
    ck_assert_uint_eq(plan.memory.go_limit_bytes, 241172480);
    ck_assert_uint_eq(plan.follow.first_bytes, 241172480);
    ck_assert_str_eq(plan.variable[0], "GOMEMLIMIT=241172480");
    ck_assert(plan.seccomp.who & SNUG_NEEDS_FOLLOW);
}
END_TEST

START_TEST(without_a_limit_the_word_is_known_without_a_variable)
{
    facts.memory.limit.kind = SNUG_NONE;
    choose("follow.interval", "250ms");
    make();
    ck_assert_uint_eq(plan.follow.interval_ms, 250);
    ck_assert(!plan.memory.sets_go_limit);
    ck_assert(plan.follow.moves_memory);
    ck_assert_uint_eq(plan.follow.first_bytes, INT64_MAX);
    ck_assert_uint_eq(plan.n_variables, 0);
}
END_TEST

START_TEST(values_of_the_user_are_never_followed)
{
    facts.variables.gomaxprocs = SNUG_OWNER_USER;
    facts.variables.gomemlimit = SNUG_OWNER_USER;
    make();
    ck_assert(plan.follow.is_on);
    ck_assert(!plan.follow.moves_cpus && !plan.follow.moves_memory);
    ck_assert_int_eq(plan.follow.cpu_reason, SNUG_REASON_USER_VALUE);
    ck_assert_int_eq(plan.follow.memory_reason, SNUG_REASON_USER_VALUE);
    ck_assert_uint_eq(plan.n_variables, 0);
}
END_TEST

START_TEST(what_the_policy_fixes_is_not_followed)
{
    choose("cpu.count", "off");
    choose("memory.limit", "100M");
    make();
    ck_assert_int_eq(plan.follow.cpu_reason, SNUG_REASON_COUNT_OFF);
    ck_assert_int_eq(plan.follow.memory_reason, SNUG_REASON_MEMORY_GIVEN);
    ck_assert_str_eq(plan.variable[0], "GOMEMLIMIT=104857600");
    choose("memory.limit", "off");
    make();
    ck_assert_int_eq(plan.follow.memory_reason, SNUG_REASON_MEMORY_OFF);
    ck_assert_uint_eq(plan.n_variables, 0);
}
END_TEST

START_TEST(old_go_follows_with_its_cpus_only)
{
    facts.program.go_minor = 17;
    make();
    ck_assert(plan.follow.moves_cpus && !plan.follow.moves_memory);
    ck_assert_int_eq(plan.follow.memory_reason, SNUG_REASON_GO_TOO_OLD);
}
END_TEST

START_TEST(a_limit_of_the_programs_own_is_not_followed)
{
    facts.variables.has_automemlimit = true;
    make();
    ck_assert(plan.follow.moves_cpus && !plan.follow.moves_memory);
    ck_assert_int_eq(plan.follow.memory_reason, SNUG_REASON_PROGRAM_LIMIT);
}
END_TEST

START_TEST(programs_without_a_door_have_no_thread)
{
    facts.program.imports_mmap = false;
    make();
    ck_assert(!plan.follow.is_on);
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_FOLLOW_LIBC);
    ck_assert_str_eq(plan.variable[0], "GOMEMLIMIT=241172480");

    set_up_following();
    facts.program.is_static = true;
    make();
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_STATIC);

    set_up_following();
    facts.program.is_archive = true;
    make();
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_ARCHIVE);

    set_up_following();
    choose("scope", "all");
    facts.program.is_go = false;
    make();
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_NOT_GO);
}
END_TEST

START_TEST(old_go_and_old_modules_stay_where_they_were)
{
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 0);
    run_newest_go();
    facts.program.follows_updates = SNUG_NO;
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 0);
    facts.program.follows_updates = SNUG_MAYBE;
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 0);
}
END_TEST

START_TEST(new_go_moves_to_its_own_limit)
{
    run_newest_go();
    set_limit(350000, 100000);
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 4);
    facts.cpu.limit.quota_usec = 100000; /* An ancestor's. */
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 4);
    set_limit(10000, 100000);
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 2);
    set_limit(10000000, 100000);
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 8);
    facts.cpu.own.kind = SNUG_NONE;
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 8);
    facts.cpu.own.kind = SNUG_UNKNOWN;
    ck_assert_uint_eq(snug_runtime_moves_to(&facts), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("follow");
    TCase *tcase = tcase_create("follow");
    tcase_add_checked_fixture(tcase, set_up_following, NULL);
    tcase_add_test(tcase, it_is_off_unless_asked);
    tcase_add_test(tcase, the_word_holds_what_the_variable_says);
    tcase_add_test(tcase, without_a_limit_the_word_is_known_without_a_variable);
    tcase_add_test(tcase, values_of_the_user_are_never_followed);
    tcase_add_test(tcase, what_the_policy_fixes_is_not_followed);
    tcase_add_test(tcase, old_go_follows_with_its_cpus_only);
    tcase_add_test(tcase, a_limit_of_the_programs_own_is_not_followed);
    tcase_add_test(tcase, programs_without_a_door_have_no_thread);
    tcase_add_test(tcase, old_go_and_old_modules_stay_where_they_were);
    tcase_add_test(tcase, new_go_moves_to_its_own_limit);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
