/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The plan for a process's threads and children.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/plan/plan.h"

static struct snug_facts facts;
static struct snug_policy policy;
static struct snug_plan plan;

/* A cgo Go program. */
static void set_up(void)
{
    memset(&facts, 0, sizeof facts);
    memset(&plan, 0xa5, sizeof plan);
    snug_policy_default(&policy);
    facts.program.is_known = true;
    facts.program.is_go = true;
    facts.program.imports_mmap = true;
}

static void choose(const char *key, const char *value)
{
    ck_assert_int_eq(
        snug_policy_set(&policy, SNUG_FROM_COMMAND, snug_text_of(key), snug_text_of(value)),
        0);
}

static void make(void)
{
    snug_plan_make(&facts, &policy, 0, &plan);
}

START_TEST(nothing_is_done_unless_asked)
{
    make();
    ck_assert(plan.is_active);
    ck_assert_uint_eq(plan.threads.warn, 0);
    ck_assert_int_eq(plan.threads.reason, SNUG_REASON_THREADS_OFF);
    ck_assert_uint_eq(plan.children.signal, 0);
    ck_assert_int_eq(plan.children.reason, SNUG_REASON_CHILD_OFF);
}
END_TEST

START_TEST(what_is_asked_is_planned)
{
    choose("threads.warn", "100");
    choose("child.pdeathsig", "SIGTERM");
    make();
    ck_assert_uint_eq(plan.threads.warn, 100);
    ck_assert_int_eq(plan.threads.reason, SNUG_REASON_THREADS_WARN);
    ck_assert_uint_eq(plan.children.signal, SIGTERM);
    ck_assert_int_eq(plan.children.reason, SNUG_REASON_CHILD_SIGNAL);
}
END_TEST

START_TEST(threads_that_libc_does_not_start_are_not_counted)
{
    choose("threads.warn", "100");
    facts.program.imports_mmap = false;
    make();
    ck_assert_uint_eq(plan.threads.warn, 0);
    ck_assert_int_eq(plan.threads.reason, SNUG_REASON_THREADS_RAW);

    /* A C program need not map memory to start threads. */
    facts.program.is_go = false;
    choose("scope", "all");
    make();
    ck_assert_uint_eq(plan.threads.warn, 100);
}
END_TEST

START_TEST(an_ancestors_signal_goes_on_down)
{
    facts.variables.tie = (struct snug_tie){.signal = SIGHUP, .pid = 1};
    make();
    ck_assert_uint_eq(plan.children.signal, SIGHUP);
    ck_assert_int_eq(plan.children.reason, SNUG_REASON_CHILD_INHERITED);

    choose("child.pdeathsig", "KILL");
    make();
    ck_assert_uint_eq(plan.children.signal, SIGKILL);
    ck_assert_int_eq(plan.children.reason, SNUG_REASON_CHILD_SIGNAL);
}
END_TEST

START_TEST(a_static_program_is_not_reached)
{
    choose("threads.warn", "100");
    choose("child.pdeathsig", "TERM");
    facts.program.is_static = true;
    make();
    ck_assert_uint_eq(plan.threads.warn, 0);
    ck_assert_int_eq(plan.threads.reason, SNUG_REASON_STATIC);
    ck_assert_uint_eq(plan.children.signal, 0);
    ck_assert_int_eq(plan.children.reason, SNUG_REASON_STATIC);
}
END_TEST

START_TEST(a_program_that_is_left_alone_is_left_alone_here_too)
{
    choose("threads.warn", "100");
    choose("child.pdeathsig", "TERM");
    facts.program.is_go = false;
    make();
    ck_assert_uint_eq(plan.threads.warn, 0);
    ck_assert_int_eq(plan.threads.reason, SNUG_REASON_NOT_GO);
    ck_assert_uint_eq(plan.children.signal, 0);
    ck_assert_int_eq(plan.children.reason, SNUG_REASON_NOT_GO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("processes");
    TCase *tcase = tcase_create("processes");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, nothing_is_done_unless_asked);
    tcase_add_test(tcase, what_is_asked_is_planned);
    tcase_add_test(tcase, threads_that_libc_does_not_start_are_not_counted);
    tcase_add_test(tcase, an_ancestors_signal_goes_on_down);
    tcase_add_test(tcase, a_static_program_is_not_reached);
    tcase_add_test(tcase, a_program_that_is_left_alone_is_left_alone_here_too);
    suite_add_tcase(suite, tcase);

    return suite_run(suite);
}
