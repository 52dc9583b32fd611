/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines of a screen.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/cli/stat/meter.h"

#define KNOWN(n)         \
    (struct snug_figure) \
    {                    \
        true, n          \
    }

/* What a line looks like on an ASCII terminal without colour. */
static void write_meter(const struct snug_meter *meter, const struct snug_trail *trail,
                        unsigned columns, size_t size, char *ret)
{
    FILE *const out = fmemopen(ret, size, "w");
    const struct snug_paint paint = {.out = out, .columns = columns};
    snug_meter_write(&paint, meter, trail);
    ck_assert_int_eq(fclose(out), 0);
}

static const struct {
    const char *label;
    uint64_t part;
    const char *line;
} bars[] = {
    {"nothing", 0,
     "  in use        [----------------] 5 of 10                                _"},
    {"a little is not nothing", 1,
     "  in use        [#---------------] 5 of 10                                ."},
    {"half", 500,
     "  in use        [########--------] 5 of 10                                -"},
    {"all but a little is not all", 999,
     "  in use        [###############-] 5 of 10                                *"},
    {"all", 1000,
     "  in use        [################] 5 of 10                                #"},
    {"more than all", UINT64_MAX,
     "  in use        [################] 5 of 10                                #"},
};

START_TEST(a_bar_shows_the_part)
{
    char line[512];
    const struct snug_meter meter = {
        .label = "in use", .text = "5 of 10", .part = KNOWN(bars[_i].part), .whole = 1000};
    struct snug_trail trail = {0};
    snug_meter_remember(&trail, meter.part);
    write_meter(&meter, &trail, 79, sizeof line, line);
    ck_assert_msg(strncmp(line, bars[_i].line, 60) == 0, "%s: %s", bars[_i].label, line);
    ck_assert_int_eq(line[78], bars[_i].line[strlen(bars[_i].line) - 1]);
    ck_assert_uint_eq(strlen(line), 79);
}
END_TEST

START_TEST(a_line_is_as_wide_as_the_screen)
{
    char line[1024];
    const struct snug_meter meter = {.label = "in use",
                                     .text = "1023.9 MiB of 1023.9 MiB and more",
                                     .part = KNOWN(3),
                                     .whole = 10};
    struct snug_trail trail = {0};
    for (unsigned i = 0; i < 2 * SNUG_METER_SAMPLES; i++)
        snug_meter_remember(&trail, KNOWN(i));
    ck_assert_uint_eq(trail.n, SNUG_METER_SAMPLES);
    ck_assert_uint_eq(trail.sample[0].number, SNUG_METER_SAMPLES);
    write_meter(&meter, &trail, (unsigned)_i, sizeof line, line);
    ck_assert_uint_le(strlen(line), (size_t)_i);
}
END_TEST

START_TEST(what_is_not_known_is_a_gap)
{
    char line[512];
    const struct snug_meter meter = {.label = "used", .text = "unknown", .whole = 10};
    struct snug_trail trail = {0};
    snug_meter_remember(&trail, KNOWN(10));
    snug_meter_remember(&trail, (struct snug_figure){0});
    snug_meter_remember(&trail, KNOWN(0));
    write_meter(&meter, &trail, 80, sizeof line, line);
    ck_assert_str_eq(line + 77, "# _");
    ck_assert_ptr_nonnull(strstr(line, "[----------------]"));
}
END_TEST

START_TEST(without_a_whole_the_highest_is_the_top)
{
    char line[512];
    const struct snug_meter meter = {.label = "threads", .text = "4", .part = KNOWN(4)};
    struct snug_trail trail = {0};
    snug_meter_remember(&trail, KNOWN(8));
    snug_meter_remember(&trail, KNOWN(4));
    write_meter(&meter, &trail, 80, sizeof line, line);
    ck_assert_str_eq(line + 78, "#-");
    ck_assert_ptr_null(strchr(line, '['));
}
END_TEST

START_TEST(a_long_name_keeps_its_end)
{
    char line[64];
    FILE *const out = fmemopen(line, sizeof line, "w");
    const struct snug_paint paint = {.out = out, .columns = 16, .is_utf8 = true};
    snug_meter_write_name(&paint, "CPU of ", "/kubepods/\xc3\xa4pp\x1b[1/x");
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(line, "CPU of \xe2\x80\xa6\xc3\xa4pp?[1/x");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("meter");
    TCase *lines = tcase_create("lines");
    tcase_add_loop_test(lines, a_bar_shows_the_part, 0, sizeof bars / sizeof *bars);
    tcase_add_loop_test(lines, a_line_is_as_wide_as_the_screen, 1, 400);
    tcase_add_test(lines, what_is_not_known_is_a_gap);
    tcase_add_test(lines, without_a_whole_the_highest_is_the_top);
    tcase_add_test(lines, a_long_name_keeps_its_end);
    suite_add_tcase(suite, lines);

    return suite_run(suite);
}
