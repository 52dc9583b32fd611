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
    /* No limit moves it, but the policy may change. */
    ck_assert(!plan.follow.moves_memory);
    ck_assert_uint_eq(plan.follow.first_bytes, 104857600);
    choose("memory.limit", "off");
    make();
    ck_assert_uint_eq(plan.follow.first_bytes, 0);
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
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_FOLLOW_INIT);
    ck_assert_str_eq(plan.variable[0], "GOMEMLIMIT=241172480");

    set_up_following();
    facts.program.is_static = true;
    make();
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_FOLLOW_INIT);

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

/* Where snug run --init starts them. */
START_TEST(their_memory_is_followed_from_outside)
{
    facts.program.is_static = true;
    facts.program.imports_mmap = false;
    facts.program.is_attended = true;
    make();
    ck_assert(plan.follow.is_on && plan.follow.moves_memory && !plan.follow.moves_cpus);
    ck_assert_int_eq(plan.follow.cpu_reason, SNUG_REASON_FOLLOW_INIT);
    ck_assert_uint_eq(plan.follow.first_bytes, 241172480);
    ck_assert(!(plan.seccomp.who & SNUG_NEEDS_FOLLOW));

    facts.program.is_static = false;
    facts.program.start = SNUG_START_TRACED;
    make();
    ck_assert(plan.follow.moves_memory);

    facts.variables.gomemlimit = SNUG_OWNER_USER;
    make();
    ck_assert(!plan.follow.moves_memory);

    set_up_following();
    facts.program.is_static = true;
    facts.program.is_attended = true;
    facts.program.start = SNUG_START_REFUSED;
    make();
    ck_assert(!plan.follow.is_on && !plan.follow.moves_memory);
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_TRACE_REFUSED);
    facts.program.start = SNUG_START_GAINS;
    make();
    ck_assert_int_eq(plan.follow.reason, SNUG_REASON_TRACE_GAINS);
}
END_TEST

static const struct {
    const char *label;
    const char *follow;
    const char *from;
    unsigned go_minor;
    bool imports_mmap;
    bool is_on;
    enum snug_reason reason;
} measures[] = {
    {"alone", "off", "/a/memory.max", 22, true, true, SNUG_REASON_MEASURE_ON},
    {"beside", "on", "/a/memory.limit_in_bytes", 27, true, true, SNUG_REASON_MEASURE_ON},
    {"memory.high", "off", "/a/memory.high", 19, true, true, SNUG_REASON_MEASURE_ON},
    {"an unknown release", "off", "/a/memory.max", 0, true, false,
     SNUG_REASON_MEASURE_LAYOUT},
    {"a newer release", "off", "/a/memory.max", 28, true, false,
     SNUG_REASON_MEASURE_LAYOUT},
    {"an old release", "off", "/a/memory.max", 18, true, false, SNUG_REASON_GO_TOO_OLD},
    {"a hidden ancestor", "off", "/a/memory.stat", 22, true, false,
     SNUG_REASON_MEASURE_UNSEEN},
    {"lxcfs, followed", "on", "/proc/meminfo", 22, true, true, SNUG_REASON_MEASURE_UNSEEN},
    {"no libc", "off", "/a/memory.max", 22, false, false, SNUG_REASON_FOLLOW_INIT},
};

START_TEST(what_others_hold_is_measured_where_it_can_be)
{
    choose("follow", measures[_i].follow);
    choose("memory.headroom", "measured");
    facts.program.go_minor = measures[_i].go_minor;
    facts.program.imports_mmap = measures[_i].imports_mmap;
    ck_assert_int_eq(snug_text_copy(snug_text_of(measures[_i].from),
                                    sizeof facts.memory.limit.from,
                                    facts.memory.limit.from),
                     0);
    facts.memory.hard_bytes = 256ul * MIB;
    make();
    ck_assert_msg(plan.follow.measure_reason == measures[_i].reason, "%s: %s",
                  measures[_i].label, snug_reason_words(plan.follow.measure_reason));
    const bool is_measured = measures[_i].reason == SNUG_REASON_MEASURE_ON;
    ck_assert(plan.follow.measures == is_measured);
    ck_assert(plan.follow.is_on == measures[_i].is_on);
    ck_assert(plan.follow.has_limits == (measures[_i].follow[1] == 'n'));
    if (is_measured)
        ck_assert_uint_eq(plan.follow.interval_ms, 1000);
    /* Until then it is a tenth. */
    if (measures[_i].go_minor != 18 && measures[_i].from[3] != 'm')
        ck_assert_uint_eq(plan.memory.go_limit_bytes, 230ul * MIB);
}
END_TEST

START_TEST(nothing_is_measured_without_a_limit_or_for_a_value_of_the_users)
{
    set_up();
    choose("memory.headroom", "measured");
    choose("follow.interval", "3");
    ck_assert_int_eq(snug_text_copy(snug_text_of("/a/memory.max"),
                                    sizeof facts.memory.limit.from,
                                    facts.memory.limit.from),
                     0);
    make();
    ck_assert_uint_eq(plan.follow.interval_ms, 3000);
    ck_assert(!plan.follow.moves_cpus && !plan.follow.moves_memory);
    ck_assert_uint_eq(plan.follow.first_bytes, 230ul * MIB);
    facts.variables.gomemlimit = SNUG_OWNER_USER;
    make();
    ck_assert_int_eq(plan.follow.measure_reason, SNUG_REASON_USER_VALUE);
    ck_assert(!plan.follow.is_on);
    facts.variables.gomemlimit = SNUG_OWNER_NOBODY;
    facts.memory.limit.kind = SNUG_NONE;
    make();
    ck_assert_int_eq(plan.follow.measure_reason, SNUG_REASON_MEMORY_NO_LIMIT);
    ck_assert(!plan.follow.is_on);
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
    tcase_add_test(tcase, their_memory_is_followed_from_outside);
    tcase_add_loop_test(tcase, what_others_hold_is_measured_where_it_can_be, 0,
                        sizeof measures / sizeof *measures);
    tcase_add_test(tcase, nothing_is_measured_without_a_limit_or_for_a_value_of_the_users);
    tcase_add_test(tcase, old_go_and_old_modules_stay_where_they_were);
    tcase_add_test(tcase, new_go_moves_to_its_own_limit);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
