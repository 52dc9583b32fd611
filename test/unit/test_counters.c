/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Every option has its own counter, up to a bound.
 */
#include <check.h>
#include <limits.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/counters.h"

static const struct {
    int option;
    int counter; /* -1: the one of all others. */
} rows[] = {
    {-1, -1}, {INT_MIN, -1}, {81, -1}, {INT_MAX, -1}, {0x53564d41, -1},
    {0, 0},   {1, 1},        {22, 22}, {41, 41},      {80, 80},
};

START_TEST(a_call_is_counted_once_under_its_option)
{
    const struct snug_counters *counters = snug_counters_read();
    const _Atomic uint64_t *all = counters->prctl;
    uint64_t before = counters->prctl_other;
    for (int i = 0; i < SNUG_COUNTERS_OPTIONS; i++)
        before += all[i];

    const int i = rows[_i].counter;
    const _Atomic uint64_t *mine = i < 0 ? &counters->prctl_other : &all[i];
    const uint64_t mine_before = *mine;
    snug_counters_add_prctl(rows[_i].option);
    ck_assert_uint_eq(*mine, mine_before + 1);

    uint64_t after = counters->prctl_other;
    for (int j = 0; j < SNUG_COUNTERS_OPTIONS; j++)
        after += all[j];
    ck_assert_uint_eq(after, before + 1);
}
END_TEST

static Suite *counters_suite(void)
{
    Suite *suite = suite_create("counters");
    TCase *tcase = tcase_create("prctl");
    tcase_add_loop_test(tcase, a_call_is_counted_once_under_its_option, 0,
                        sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(counters_suite());
}
