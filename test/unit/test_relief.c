/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When a busy collector is given room, how much, and for how long.
 */
#include "snug/plan/relief.h"

#include "suite.h"

#define MIB ((uint64_t)1 << 20)

enum { LOOK_MS = 1000 };

static struct snug_relief relief;
static struct snug_relief_sight sight;

static void set_up(void)
{
    relief = (struct snug_relief){0};
    sight = (struct snug_relief_sight){
        .limit_bytes = 256 * MIB,
        .target_bytes = 230 * MIB,
        .free_bytes = 20 * MIB,
        .live_bytes = 200 * MIB,
        .gogc = 100,
        .now_ms = 5000,
    };
}

/* A look, after a second of so much work on two CPUs. */
static bool look(unsigned percent)
{
    sight.now_ms += LOOK_MS;
    sight.total_ns += 2000000000;
    sight.collector_ns += (uint64_t)percent * 20000000;
    return snug_relief_step(&sight, &relief);
}

static void make_busy(void)
{
    ck_assert(!look(0));
    ck_assert(!look(30));
    ck_assert(look(30));
}

START_TEST(two_busy_looks_give_a_part_of_the_limit)
{
    make_busy();
    ck_assert_uint_eq(relief.given_bytes, 8 * MIB);
    ck_assert_uint_eq(relief.percent, 29); /* Rounded down. */
}
END_TEST

START_TEST(what_was_before_the_first_look_does_not_count)
{
    sight.total_ns = 1000000000000;
    sight.collector_ns = 900000000000;
    ck_assert(!look(0));
    ck_assert(!look(10));
    ck_assert(!look(10));
    ck_assert_uint_eq(relief.given_bytes, 0);
}
END_TEST

START_TEST(a_pause_between_busy_looks_begins_anew)
{
    ck_assert(!look(0));
    for (int i = 0; i < 10; i++) {
        ck_assert(!look(90));
        ck_assert(!look(5));
    }
}
END_TEST

START_TEST(a_look_without_a_collection_says_nothing)
{
    ck_assert(!look(0));
    ck_assert(!look(30));
    for (int i = 0; i < 10; i++) {
        sight.now_ms += LOOK_MS;
        ck_assert(!snug_relief_step(&sight, &relief));
    }
    ck_assert(look(30));
}
END_TEST

START_TEST(it_ends_after_a_minute_and_is_earned_again)
{
    make_busy();
    const uint64_t began = sight.now_ms;
    while (sight.now_ms + LOOK_MS < began + 60000) {
        ck_assert(!look(30));
        ck_assert_uint_eq(relief.given_bytes, 8 * MIB);
    }
    ck_assert(!look(30));
    ck_assert_uint_eq(relief.given_bytes, 0);
    ck_assert(!look(30));
    ck_assert(look(30));
}
END_TEST

START_TEST(it_ends_where_others_take_what_is_free)
{
    make_busy();
    sight.free_bytes = 4 * MIB;
    ck_assert(!look(30));
    ck_assert_uint_eq(relief.given_bytes, 8 * MIB);
    sight.free_bytes = 4 * MIB - 1;
    ck_assert(!look(30));
    ck_assert_uint_eq(relief.given_bytes, 0);
}
END_TEST

START_TEST(it_ends_where_the_target_falls)
{
    make_busy();
    sight.target_bytes++;
    ck_assert(!look(30));
    ck_assert_uint_eq(relief.given_bytes, 8 * MIB);
    sight.target_bytes -= 2;
    ck_assert(!look(30));
    ck_assert_uint_eq(relief.given_bytes, 0);
}
END_TEST

START_TEST(what_is_given_is_looked_after)
{
    ck_assert_uint_eq(snug_relief_rest_ms(&relief, 3600000), 3600000);
    make_busy();
    ck_assert_uint_eq(snug_relief_rest_ms(&relief, 3600000), 5000);
    ck_assert_uint_eq(snug_relief_rest_ms(&relief, 100), 100);
}
END_TEST

static const struct row {
    const char *label;
    uint64_t target;
    uint64_t free;
    uint64_t live;
    int64_t gogc;
    uint64_t given;
} rows[] = {
    {"half of what is free", 230, 10, 200, 100, 5},
    {"nothing is free, or not known", 230, 0, 200, 100, 0},
    {"never the last part", 244, 20, 200, 100, 4},
    {"a target above that", 250, 20, 200, 100, 0},
    {"GOGC alone makes it collect", 230, 20, 100, 100, 0},
    {"GOGC is large", 230, 20, 100, 400, 8},
    {"GOGC is as large as can be", 230, 20, 16384, INT32_MAX, 8},
    {"GOGC is off", 230, 20, 10, -1, 8},
    {"the live heap is not known", 230, 20, 0, -1, 0},
};

START_TEST(it_is_given_where_it_helps_and_is_there)
{
    const struct row *row = &rows[_i];
    sight.target_bytes = row->target * MIB;
    sight.free_bytes = row->free * MIB;
    sight.live_bytes = row->live * MIB;
    sight.gogc = row->gogc;
    ck_assert(!look(0));
    ck_assert(!look(30));
    const bool begins = look(30);
    ck_assert_msg(begins == (row->given > 0) && relief.given_bytes == row->given * MIB,
                  "%s: %llu", row->label, (unsigned long long)(relief.given_bytes / MIB));
}
END_TEST

START_TEST(it_ends_with_the_need)
{
    make_busy();
    sight.live_bytes = 100 * MIB;
    sight.free_bytes = 0; /* It is not looked at then. */
    ck_assert(!look(0));
    ck_assert_uint_eq(relief.given_bytes, 0);
}
END_TEST

START_TEST(an_account_that_goes_back_counts_for_nothing)
{
    ck_assert(!look(0));
    sight.collector_ns = 0;
    sight.total_ns /= 2;
    ck_assert(!snug_relief_step(&sight, &relief));
    ck_assert_uint_eq(relief.n_busy, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("relief");
    TCase *tcase = tcase_create("relief");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, two_busy_looks_give_a_part_of_the_limit);
    tcase_add_test(tcase, what_was_before_the_first_look_does_not_count);
    tcase_add_test(tcase, a_pause_between_busy_looks_begins_anew);
    tcase_add_test(tcase, a_look_without_a_collection_says_nothing);
    tcase_add_test(tcase, it_ends_after_a_minute_and_is_earned_again);
    tcase_add_test(tcase, it_ends_where_others_take_what_is_free);
    tcase_add_test(tcase, it_ends_where_the_target_falls);
    tcase_add_loop_test(tcase, it_is_given_where_it_helps_and_is_there, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, what_is_given_is_looked_after);
    tcase_add_test(tcase, it_ends_with_the_need);
    tcase_add_test(tcase, an_account_that_goes_back_counts_for_nothing);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
