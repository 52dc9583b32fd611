/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Figures as people read them.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/cli/command/figures.h"

static const struct {
    uint64_t quota_usec;
    uint64_t period_usec;
    uint64_t milli;
    const char *text;
} quotas[] = {
    {1, 3, 334, "0.334"},          {100000, 100000, 1000, "1"},
    {150000, 100000, 1500, "1.5"}, {25000, 100000, 250, "0.25"},
    {1000, 100000, 10, "0.01"},    {100001, 100000, 1001, "1.001"},
    {1, 1000000, 1, "0.001"},      {UINT64_MAX, 1, UINT64_MAX, "18446744073709551.615"},
};

START_TEST(quota_rounds_up_to_a_thousandth)
{
    const struct snug_quota quota = {
        .kind = SNUG_SET,
        .quota_usec = quotas[_i].quota_usec,
        .period_usec = quotas[_i].period_usec,
    };
    char buffer[64];
    struct snug_builder out = snug_text_build(buffer, sizeof buffer);

    ck_assert_uint_eq(snug_figures_milli(&quota), quotas[_i].milli);
    snug_figures_put_milli(&out, quotas[_i].milli);
    ck_assert_str_eq(buffer, quotas[_i].text);
}
END_TEST

static const struct {
    uint64_t bytes;
    const char *text;
} sizes[] = {
    {0, "0 bytes"},
    {1023, "1023 bytes"},
    {1024, "1024 bytes (1 KiB)"},
    {1536, "1536 bytes (1.5 KiB)"},
    {1048575, "1048575 bytes (1023.9 KiB)"},
    {241172480, "241172480 bytes (230 MiB)"},
    {268435456, "268435456 bytes (256 MiB)"},
    {UINT64_MAX, "18446744073709551615 bytes (15.9 EiB)"},
};

START_TEST(bytes_are_exact_and_readable)
{
    char buffer[64];
    struct snug_builder out = snug_text_build(buffer, sizeof buffer);
    snug_figures_put_bytes(&out, sizes[_i].bytes);
    ck_assert_str_eq(buffer, sizes[_i].text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("figures");
    TCase *quota = tcase_create("quota");
    tcase_add_loop_test(quota, quota_rounds_up_to_a_thousandth, 0,
                        sizeof quotas / sizeof *quotas);
    suite_add_tcase(suite, quota);
    TCase *size = tcase_create("size");
    tcase_add_loop_test(size, bytes_are_exact_and_readable, 0,
                        sizeof sizes / sizeof *sizes);
    suite_add_tcase(suite, size);

    return suite_run(suite);
}
