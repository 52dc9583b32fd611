/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Every event has its own counter, up to a bound, and no other is touched.
 */
#include <check.h>
#include <limits.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/stats/counters.h"

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

/* Of every word that is counted in. */
static uint64_t sum(void)
{
    const struct snug_counters *counters = snug_counters_read();
    uint64_t ret = counters->prctl_other;
    for (int i = 0; i < SNUG_COUNTERS_OPTIONS; i++)
        ret += counters->prctl[i];
    for (int i = 0; i <= SNUG_COUNTERS_NODES; i++)
        ret += counters->node_bytes[i];
    for (int i = 0; i < SNUG_COUNTERS_MAX; i++)
        ret += counters->counter[i];
    return ret;
}

START_TEST(a_number_is_added_to_its_counter_alone)
{
    const uint64_t before = sum();
    snug_counters_add((enum snug_counter)_i, 1);
    snug_counters_add((enum snug_counter)_i, 1ull << 40);
    ck_assert_uint_eq(snug_counters_read()->counter[_i], (1ull << 40) + 1);
    ck_assert_uint_eq(sum(), before + (1ull << 40) + 1);
}
END_TEST

static const struct {
    unsigned node;
    unsigned counter;
} node_rows[] = {
    {0, 0}, {1, 1}, {63, 63}, {64, 64}, {65, 64}, {UINT_MAX, 64},
};

START_TEST(bytes_are_added_to_their_node_alone)
{
    const uint64_t before = sum();
    const _Atomic uint64_t *mine = &snug_counters_read()->node_bytes[node_rows[_i].counter];
    const uint64_t mine_before = *mine;
    snug_counters_add_node_bytes(node_rows[_i].node, 4096);
    ck_assert_uint_eq(*mine, mine_before + 4096);
    ck_assert_uint_eq(sum(), before + 4096);
}
END_TEST

START_TEST(a_change_stands_whole_between_even_sequences)
{
    const struct snug_counters *counters = snug_counters_read();
    const uint64_t before = sum();
    const struct snug_change change = {.when_ns = 1,
                                       .cpus_from = 2,
                                       .cpus_to = 3,
                                       .bytes_from = 4,
                                       .bytes_to = 5,
                                       .reason = 6,
                                       .took_ns = 7};
    ck_assert_uint_eq(counters->change_sequence, 0);
    for (uint64_t n = 1; n <= 3; n++) {
        snug_counters_set_change(&change);
        ck_assert_uint_eq(counters->change_sequence, 2 * n);
    }
    for (unsigned i = 0; i < SNUG_CHANGE_WORDS; i++)
        ck_assert_uint_eq(counters->change[i], i + 1);
    ck_assert_uint_eq(sum(), before);
}
END_TEST

static Suite *counters_suite(void)
{
    Suite *suite = suite_create("counters");
    TCase *tcase = tcase_create("prctl");
    tcase_add_loop_test(tcase, a_call_is_counted_once_under_its_option, 0,
                        sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("named");
    tcase_add_loop_test(tcase, a_number_is_added_to_its_counter_alone, 0, SNUG_N_COUNTERS);
    tcase_add_loop_test(tcase, bytes_are_added_to_their_node_alone, 0,
                        sizeof node_rows / sizeof *node_rows);
    tcase_add_test(tcase, a_change_stands_whole_between_even_sequences);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(counters_suite());
}
