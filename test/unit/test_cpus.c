/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sets of CPU numbers and the kernel's list format.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/base/cpus.h"

static struct snug_cpus parse(const char *list)
{
    struct snug_cpus set;
    ck_assert_int_eq(snug_cpus_parse(snug_text_of(list), &set), 0);
    return set;
}

static const struct {
    const char *list;
    int error;
} bad_lists[] = {
    {",", -EINVAL},
    {"0,", -EINVAL},
    {",0", -EINVAL},
    {"0,,1", -EINVAL},
    {"-", -EINVAL},
    {"1-", -EINVAL},
    {"-1", -EINVAL},
    {"3-1", -EINVAL},
    {"1-2-3", -EINVAL},
    {"a", -EINVAL},
    {"0x1", -EINVAL},
    {"0 1", -EINVAL},
    {"0-7:1/2", -EINVAL},
    {"8192", -ERANGE},
    {"0-8192", -ERANGE},
    {"18446744073709551616", -ERANGE},
    {"0-18446744073709551615", -ERANGE},
};

START_TEST(a_bad_list_is_refused_and_nothing_written)
{
    struct snug_cpus set = parse("5");
    const struct snug_cpus before = set;
    ck_assert_msg(snug_cpus_parse(snug_text_of(bad_lists[_i].list), &set) ==
                      bad_lists[_i].error,
                  "%s", bad_lists[_i].list);
    ck_assert(snug_cpus_equal(&set, &before));
}
END_TEST

static const struct {
    const char *list;
    unsigned count;
    const char *printed;
} lists[] = {
    {"", 0, ""},
    {"\n", 0, ""},
    {"0\n", 1, "0"},
    {"0-3,8\n", 5, "0-3,8"},
    {" 3, 1 - 2 ", 3, "1-3"},
    {"0,1,2", 3, "0-2"},
    {"5-5,5", 1, "5"},
    {"63,64", 2, "63-64"},
    {"0-63", 64, "0-63"},
    {"64-127,129", 65, "64-127,129"},
    {"8191", 1, "8191"},
    {"0-8191", 8192, "0-8191"},
};

START_TEST(a_list_is_read_and_written)
{
    char text[64];
    struct snug_builder out = snug_text_build(text, sizeof text);
    const struct snug_cpus set = parse(lists[_i].list);
    ck_assert_uint_eq(snug_cpus_count(&set), lists[_i].count);
    snug_cpus_put(&out, &set);
    ck_assert_str_eq(text, lists[_i].printed);
}
END_TEST

START_TEST(every_second_cpu_is_a_long_list)
{
    static char text[5 * SNUG_CPUS_MAX];
    struct snug_builder out = snug_text_build(text, sizeof text);
    struct snug_cpus set = {0};
    for (unsigned cpu = 1; cpu < SNUG_CPUS_MAX; cpu += 2)
        snug_cpus_add(&set, cpu);
    snug_cpus_put(&out, &set);
    const struct snug_cpus again = parse(text);
    ck_assert(snug_cpus_equal(&set, &again));
}
END_TEST

START_TEST(a_cpu_past_the_end_is_in_no_set)
{
    struct snug_cpus set = {0};
    snug_cpus_add(&set, SNUG_CPUS_MAX);
    snug_cpus_add(&set, ~0u);
    ck_assert_uint_eq(snug_cpus_count(&set), 0);
    const struct snug_cpus all = parse("0-8191");
    ck_assert(snug_cpus_has(&all, SNUG_CPUS_MAX - 1));
    ck_assert(!snug_cpus_has(&all, SNUG_CPUS_MAX));
    ck_assert(!snug_cpus_has(&all, ~0u));
}
END_TEST

static const struct {
    unsigned from;
    unsigned next;
} steps[] = {
    {0, 1},
    {1, 1},
    {2, 63},
    {63, 63},
    {64, 64},
    {65, 700},
    {701, 8191},
    {8191, 8191},
    {8192, SNUG_CPUS_MAX},
    {~0u, SNUG_CPUS_MAX},
};

START_TEST(the_next_member_is_found_across_words)
{
    const struct snug_cpus set = parse("1,63,64,700,8191");
    ck_assert_uint_eq(snug_cpus_next(&set, steps[_i].from), steps[_i].next);
}
END_TEST

START_TEST(an_empty_set_has_no_next)
{
    const struct snug_cpus set = {0};
    ck_assert_uint_eq(snug_cpus_next(&set, 0), SNUG_CPUS_MAX);
}
END_TEST

static const struct {
    const char *inner;
    const char *outer;
    bool is_within;
    bool is_equal;
} pairs[] = {
    {"0-1", "1-2", false, false},
    {"0-1", "", false, false},
    {"8191", "0-8190", false, false},
    {"64", "0-63", false, false},
    {"", "1", true, false},
    {"1", "0-8191", true, false},
    {"", "", true, true},
    {"0-3", "3,2,1,0", true, true},
};

START_TEST(sets_are_compared_member_by_member)
{
    const struct snug_cpus inner = parse(pairs[_i].inner);
    const struct snug_cpus outer = parse(pairs[_i].outer);
    ck_assert_int_eq(snug_cpus_within(&inner, &outer), pairs[_i].is_within);
    ck_assert_int_eq(snug_cpus_equal(&inner, &outer), pairs[_i].is_equal);
}
END_TEST

static Suite *cpus_suite(void)
{
    Suite *suite = suite_create("cpus");
    TCase *tcase = tcase_create("lists");
    tcase_add_loop_test(tcase, a_bad_list_is_refused_and_nothing_written, 0,
                        sizeof bad_lists / sizeof *bad_lists);
    tcase_add_loop_test(tcase, a_list_is_read_and_written, 0, sizeof lists / sizeof *lists);
    tcase_add_test(tcase, every_second_cpu_is_a_long_list);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("sets");
    tcase_add_test(tcase, a_cpu_past_the_end_is_in_no_set);
    tcase_add_loop_test(tcase, the_next_member_is_found_across_words, 0,
                        sizeof steps / sizeof *steps);
    tcase_add_test(tcase, an_empty_set_has_no_next);
    tcase_add_loop_test(tcase, sets_are_compared_member_by_member, 0,
                        sizeof pairs / sizeof *pairs);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(cpus_suite());
}
