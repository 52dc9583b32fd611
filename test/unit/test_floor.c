/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How low a memory limit may go.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/plan/floor.h"

enum { MIB = 1 << 20 };

/* All in MiB. */
static const struct {
    const char *label;
    uint64_t target, limit, live, held, result;
} rows[] = {
    {"a heap with room", 172, 192, 60, 130, 172},
    {"a heap that just has room", 172, 192, 137, 180, 172},
    {"a heap that is too tight", 172, 192, 144, 192, 180},
    {"never all of the limit", 172, 192, 180, 230, 186},
    {"a limit far below the heap", 57, 64, 400, 500, 62},
    {"never more than is held", 172, 256, 200, 210, 210},
    {"part of the live heap is swapped out", 172, 256, 200, 90, 200},
    {"live unknown: half of what is held", 100, 192, 0, 200, 125},
    {"nothing known", 172, 192, 0, 0, 172},
    {"no limit of the kernel's", 64, 0, 150, 200, 187},
    {"no collection yet", 172, 192, 0, 4, 172},
};

START_TEST(the_limit_is_raised_for_the_live_heap)
{
    const uint64_t bytes = snug_floor_raise(rows[_i].target * MIB, rows[_i].limit * MIB,
                                            rows[_i].live * MIB, rows[_i].held * MIB);
    ck_assert_msg(bytes / MIB == rows[_i].result, "%s: %llu", rows[_i].label,
                  (unsigned long long)bytes / MIB);
}
END_TEST

START_TEST(large_numbers_do_not_overflow)
{
    ck_assert_uint_eq(snug_floor_raise(1, INT64_MAX, INT64_MAX, INT64_MAX),
                      INT64_MAX - INT64_MAX / 32);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("floor");
    TCase *tcase = tcase_create("floor");
    tcase_add_loop_test(tcase, the_limit_is_raised_for_the_live_heap, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, large_numbers_do_not_overflow);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
