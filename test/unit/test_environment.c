/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the environment may say: the kill switch, the keys' variables, the CPU request.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/policy/policy.h"
#include "snug/policy/values.h"

static struct snug_policy policy;

static void set_up(void)
{
    snug_policy_default(&policy);
}

static void take_environment(const char *const *entries)
{
    snug_policy_read_environment(&policy, (char *const *)entries);
}

static const struct {
    const char *entries[4];
    bool is_off;
    unsigned n_problems;
} switches[] = {
    {{"SNUG=of"}, false, 1},
    {{"SNUG=offf"}, false, 1},
    {{"SNUG=2"}, false, 1},
    {{"SNUG=on", "SNUG=off"}, false, 0},
    {{"SNUG"}, false, 0},
    {{"SNUGGLE=off"}, false, 0},
    {{"XSNUG=off"}, false, 0},
    {{"SNUG="}, false, 0},
    {{"SNUG=on"}, false, 0},
    {{"HOME=/", "SNUG=off"}, true, 0},
    {{"SNUG=off", "SNUG=on"}, true, 0},
    {{"SNUG= off "}, true, 0},
    {{"SNUG=OFF"}, true, 0},
    {{"SNUG=0"}, true, 0},
    {{"SNUG=False"}, true, 0},
    {{"SNUG=no"}, true, 0},
    {{"SNUG=none"}, true, 0},
    {{"SNUG=Disabled"}, true, 0},
    {{"SNUG=1"}, false, 0},
    {{"SNUG=True"}, false, 0},
};

START_TEST(only_off_switches_snug_off)
{
    char *const *entries = (char *const *)switches[_i].entries;
    ck_assert_int_eq(snug_policy_is_off(entries), switches[_i].is_off);
    take_environment(switches[_i].entries);
    ck_assert_int_eq(policy.is_off, switches[_i].is_off);
    ck_assert_uint_eq(policy.n_problems, switches[_i].n_problems);
}
END_TEST

START_TEST(what_kubernetes_says_of_a_service_is_passed_over)
{
    const char *const entries[] = {
        "SNUG_SERVICE_HOST=10.96.3.7", "SNUG_PORT=tcp://10.96.3.7:80",
        "SNUG_PORT_80_TCP_ADDR=10.96.3.7", "SNUG_CPU_CUONT=2", NULL};
    take_environment(entries);
    ck_assert_uint_eq(policy.n_problems, 1);
    ck_assert_str_eq(policy.problem[0].sample, "SNUG_CPU_CUONT");
}
END_TEST

START_TEST(no_environment_is_an_environment)
{
    ck_assert(!snug_policy_is_off(NULL));
    snug_policy_read_environment(&policy, NULL);
    ck_assert_uint_eq(snug_policy_request_milli(&policy, NULL), 0);
    ck_assert_uint_eq(policy.n_problems, 0);
}
END_TEST

START_TEST(a_variable_sets_its_key)
{
    take_environment((const char *const[]){"PATH=/bin", "SNUG_CPU_ROUND=down",
                                           "SNUG_LOG_FILE= /a=b ", NULL});
    ck_assert_uint_eq(policy.n_problems, 0);
    ck_assert(snug_values_is(&policy.setting[SNUG_CPU_ROUND], SNUG_WORD_DOWN));
    ck_assert_int_eq(policy.setting[SNUG_CPU_ROUND].source, SNUG_FROM_ENVIRONMENT);
    ck_assert_str_eq(policy.setting[SNUG_LOG_FILE].text, "/a=b");
}
END_TEST

START_TEST(an_empty_variable_is_unset)
{
    take_environment((const char *const[]){"SNUG_CPU_ROUND=", "SNUG_CPU_MIN= ", NULL});
    ck_assert_uint_eq(policy.n_problems, 0);
    ck_assert_int_eq(policy.setting[SNUG_CPU_ROUND].source, SNUG_FROM_DEFAULT);
}
END_TEST

START_TEST(the_first_of_duplicates_counts)
{
    take_environment((const char *const[]){"SNUG_CPU_MIN=3", "SNUG_CPU_MIN=4", NULL});
    ck_assert_uint_eq(policy.setting[SNUG_CPU_MIN].number, 3);
}
END_TEST

START_TEST(snugs_other_variables_are_known)
{
    take_environment((const char *const[]){"SNUG_POLICY=/x", "SNUG_SET=GOGC=1",
                                           "SNUG_CPU_REQUEST_MILLI=x", "SNUGGLE=x",
                                           "SNUG_X", NULL});
    ck_assert_uint_eq(policy.n_problems, 0);
}
END_TEST

START_TEST(an_unknown_variable_is_told_by_its_name)
{
    take_environment((const char *const[]){"SNUG_CPU_ROND=secret", NULL});
    ck_assert_uint_eq(policy.n_problems, 1);
    ck_assert_int_eq(policy.problem[0].kind, SNUG_PROBLEM_UNKNOWN_KEY);
    ck_assert_str_eq(policy.problem[0].sample, "SNUG_CPU_ROND");
}
END_TEST

static const struct {
    const char *entry;
    uint64_t milli;
    unsigned n_problems;
} requests[] = {
    {"SNUG_CPU_REQUEST_MILLI=abc", 0, 1},        {"SNUG_CPU_REQUEST_MILLI=-1", 0, 1},
    {"SNUG_CPU_REQUEST_MILLI=1.5", 0, 1},        {"SNUG_CPU_REQUEST_MILLI=off", 0, 1},
    {"SNUG_CPU_REQUEST_MILLI=9999999999", 0, 1}, {"SNUG_CPU_REQUEST=1500", 0, 0},
    {"SNUG_CPU_REQUEST_MILLI=", 0, 0},           {"SNUG_CPU_REQUEST_MILLI=0", 0, 0},
    {"SNUG_CPU_REQUEST_MILLI=1500", 1500, 0},    {"SNUG_CPU_REQUEST_MILLI=250m", 250, 0},
};

START_TEST(the_request_is_a_number_of_millicores)
{
    const char *const entries[] = {"HOME=/", requests[_i].entry, NULL};
    ck_assert_uint_eq(snug_policy_request_milli(&policy, (char *const *)entries),
                      requests[_i].milli);
    ck_assert_uint_eq(policy.n_problems, requests[_i].n_problems);
    if (policy.n_problems)
        ck_assert_str_eq(policy.problem[0].sample, requests[_i].entry);
}
END_TEST

static Suite *environment_suite(void)
{
    Suite *suite = suite_create("environment");
    TCase *tcase = tcase_create("variables");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, only_off_switches_snug_off, 0,
                        sizeof switches / sizeof *switches);
    tcase_add_test(tcase, what_kubernetes_says_of_a_service_is_passed_over);
    tcase_add_test(tcase, no_environment_is_an_environment);
    tcase_add_test(tcase, a_variable_sets_its_key);
    tcase_add_test(tcase, an_empty_variable_is_unset);
    tcase_add_test(tcase, the_first_of_duplicates_counts);
    tcase_add_test(tcase, snugs_other_variables_are_known);
    tcase_add_test(tcase, an_unknown_variable_is_told_by_its_name);
    tcase_add_loop_test(tcase, the_request_is_a_number_of_millicores, 0,
                        sizeof requests / sizeof *requests);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(environment_suite());
}
