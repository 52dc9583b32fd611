/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Slices, numbers with units, patterns, and the builder's end.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/base/text.h"

/* Two fields as one string with a bar behind each, `a|b|`. */
static const char *cut_all(const char *string, char separator)
{
    static char joined[128];
    struct snug_builder out = snug_text_build(joined, sizeof joined);
    struct snug_text rest = snug_text_of(string);
    struct snug_text field;
    while (separator ? snug_text_cut(&rest, separator, &field)
                     : snug_text_cut_word(&rest, &field)) {
        snug_text_put_slice(&out, field);
        snug_text_put(&out, "|");
    }
    ck_assert(!separator || !rest.at);
    return joined;
}

static const struct {
    const char *string;
    char separator; /* 0: white space. */
    const char *fields;
} cuts[] = {
    {NULL, ',', ""},
    {"", ',', "|"},
    {"a", ',', "a|"},
    {",", ',', "||"},
    {"a,,b,", ',', "a||b||"},
    {"a:b", ',', "a:b|"},
    {NULL, 0, ""},
    {"", 0, ""},
    {" \t ", 0, ""},
    {"a", 0, "a|"},
    {"  a\t b  ", 0, "a|b|"},
    {"a,b c", 0, "a,b|c|"},
    {"a\nb\r\nc", 0, "a|b|c|"},
};

START_TEST(fields_are_cut_off_one_by_one)
{
    ck_assert_str_eq(cut_all(cuts[_i].string, cuts[_i].separator), cuts[_i].fields);
}
END_TEST

START_TEST(a_missing_string_is_a_missing_text)
{
    const struct snug_text text = snug_text_of(NULL);
    ck_assert_ptr_null(text.at);
    ck_assert_uint_eq(text.n, 0);
    ck_assert_uint_eq(snug_text_trim(text).n, 0);
    ck_assert(snug_text_equals(text, ""));
}
END_TEST

static const struct {
    const char *text;
    const char *trimmed;
} trims[] = {
    {"", ""}, {" \t\r\n", ""}, {"a", "a"}, {" a b\r\n", "a b"}, {"\va", "\va"},
};

START_TEST(white_space_at_the_ends_is_trimmed)
{
    ck_assert(
        snug_text_equals(snug_text_trim(snug_text_of(trims[_i].text)), trims[_i].trimmed));
}
END_TEST

static const struct {
    const char *text;
    size_t n;
    const char *string;
    bool starts;
    bool equals;
} comparisons[] = {
    {"", 0, "a", false, false},      {"a", 1, "ab", false, false},
    {"ab", 2, "b", false, false},    {"ab", 2, "ac", false, false},
    {"ab", 2, "a", true, false},     {"ab", 2, "", true, false},
    {"ab\0c", 4, "ab", true, false}, {"a\0", 2, "a", true, false},
    {"", 0, "", true, true},         {"abc", 2, "ab", true, true},
};

START_TEST(a_slice_is_compared_with_a_string)
{
    /* In blocks of their own, so that a sanitizer sees a byte too far. */
    const size_t n = comparisons[_i].n;
    char *at = malloc(n + !n);
    ck_assert_ptr_nonnull(at);
    memcpy(at, comparisons[_i].text, n);
    char *string = strdup(comparisons[_i].string);
    ck_assert_int_eq(snug_text_starts((struct snug_text){at, n}, string),
                     comparisons[_i].starts);
    ck_assert_int_eq(snug_text_equals((struct snug_text){at, n}, string),
                     comparisons[_i].equals);
    free(string);
    free(at);
}
END_TEST

typedef int reader(struct snug_text text, uint64_t *ret_number);

static const struct {
    reader *read;
    const char *text;
    int error;
} bad_numbers[] = {
    {snug_text_u64, "", -EINVAL},
    {snug_text_u64, " 1", -EINVAL},
    {snug_text_u64, "1 ", -EINVAL},
    {snug_text_u64, "-1", -EINVAL},
    {snug_text_u64, "+1", -EINVAL},
    {snug_text_u64, "0x1", -EINVAL},
    {snug_text_u64, "1.0", -EINVAL},
    {snug_text_u64, "18446744073709551616", -ERANGE},
    {snug_text_u64, "18446744073709551616x", -EINVAL},
    {snug_text_u64, "99999999999999999999999", -ERANGE},
    {snug_text_hex, "", -EINVAL},
    {snug_text_hex, "0x1", -EINVAL},
    {snug_text_hex, "1g", -EINVAL},
    {snug_text_hex, "1A", -EINVAL},
    {snug_text_hex, "00000000000000001", -EINVAL},
    {snug_text_size, "", -EINVAL},
    {snug_text_size, "K", -EINVAL},
    {snug_text_size, "B", -EINVAL},
    {snug_text_size, "1k", -EINVAL},
    {snug_text_size, "1P", -EINVAL},
    {snug_text_size, "1i", -EINVAL},
    {snug_text_size, "1iB", -EINVAL},
    {snug_text_size, "1KK", -EINVAL},
    {snug_text_size, "1KBB", -EINVAL},
    {snug_text_size, "1 K", -EINVAL},
    {snug_text_size, "1.5G", -EINVAL},
    {snug_text_size, "16777216T", -ERANGE},
    {snug_text_size, "18446744073709551616", -ERANGE},
    {snug_text_percent, "", -EINVAL},
    {snug_text_percent, "15", -EINVAL},
    {snug_text_percent, "%", -EINVAL},
    {snug_text_percent, "15%%", -EINVAL},
    {snug_text_percent, "1.5%", -EINVAL},
    {snug_text_percent, "18446744073709551616%", -ERANGE},
};

START_TEST(a_bad_number_is_refused_and_nothing_written)
{
    uint64_t number = 77;
    ck_assert_msg(bad_numbers[_i].read(snug_text_of(bad_numbers[_i].text), &number) ==
                      bad_numbers[_i].error,
                  "%s", bad_numbers[_i].text);
    ck_assert_uint_eq(number, 77);
}
END_TEST

static const struct {
    reader *read;
    const char *text;
    uint64_t number;
} numbers[] = {
    {snug_text_u64, "0", 0},
    {snug_text_u64, "007", 7},
    {snug_text_u64, "18446744073709551615", UINT64_MAX},
    {snug_text_hex, "0", 0},
    {snug_text_hex, "00f9", 0xf9},
    {snug_text_hex, "ffffffffffffffff", UINT64_MAX},
    {snug_text_size, "0", 0},
    {snug_text_size, "12", 12},
    {snug_text_size, "12B", 12},
    {snug_text_size, "1K", 1 << 10},
    {snug_text_size, "1KB", 1 << 10},
    {snug_text_size, "1Ki", 1 << 10},
    {snug_text_size, "1KiB", 1 << 10},
    {snug_text_size, "256MiB", 256 << 20},
    {snug_text_size, "3G", 3ull << 30},
    {snug_text_size, "16777215T", 16777215ull << 40},
    {snug_text_percent, "0%", 0},
    {snug_text_percent, "200%", 200},
};

START_TEST(a_number_is_read)
{
    uint64_t number = 77;
    ck_assert_int_eq(numbers[_i].read(snug_text_of(numbers[_i].text), &number), 0);
    ck_assert_uint_eq(number, numbers[_i].number);
}
END_TEST

static const struct {
    const char *pattern;
    const char *text;
    bool matches;
} patterns[] = {
    {"", "a", false},
    {"a", "", false},
    {"?", "", false},
    {"a", "ab", false},
    {"ab", "a", false},
    {"*b", "abc", false},
    {"[a-c]", "d", false},
    {"[!a]", "a", false},
    {"[^a]", "a", false},
    {"[a]", "", false},
    {"\\*", "a", false},
    {"a*b*c", "acb", false},
    {"[a", "a", false},
    {"[]", "]", false},
    {"", "", true},
    {"*", "", true},
    {"*", "/a/b", true},
    {"**", "a", true},
    {"a?c", "abc", true},
    {"a*", "a", true},
    {"*.conf", "a.b.conf", true},
    {"a*b*c", "a1b2b3c", true},
    {"[a-c]x", "bx", true},
    {"[xa-c]", "x", true},
    {"[!a]", "b", true},
    {"[^a]", "b", true},
    {"[]]", "]", true},
    {"[a-]", "-", true},
    {"[a", "[a", true},
    {"\\*", "*", true},
    {"\\[a]", "[a]", true},
    {"a\\", "a\\", true},
    {"cpu.*", "cpu.round", true},
};

START_TEST(a_pattern_matches_as_in_a_shell)
{
    ck_assert_msg(snug_text_matches(snug_text_of(patterns[_i].text),
                                    snug_text_of(patterns[_i].pattern)) ==
                      patterns[_i].matches,
                  "%s and %s", patterns[_i].pattern, patterns[_i].text);
}
END_TEST

START_TEST(many_stars_take_no_time)
{
    char text[2001];
    char pattern[2001];
    for (size_t i = 0; i < sizeof text - 1; i++) {
        text[i] = 'a';
        pattern[i] = i % 2 ? '*' : 'a';
    }
    text[2000] = pattern[2000] = 0;
    pattern[1999] = 'b'; /* A matcher that tries every split would not come back. */
    ck_assert(!snug_text_matches(snug_text_of(text), snug_text_of(pattern)));
}
END_TEST

START_TEST(a_builder_fills_its_buffer_to_the_last_byte)
{
    char buffer[6];
    struct snug_builder out = snug_text_build(buffer, sizeof buffer);
    snug_text_put(&out, "ab");
    snug_text_put_u64(&out, 123);
    ck_assert(!out.is_full);
    ck_assert_str_eq(buffer, "ab123");
}
END_TEST

START_TEST(a_full_builder_stays_full_and_whole)
{
    char buffer[6];
    struct snug_builder out = snug_text_build(buffer, sizeof buffer);
    snug_text_put(&out, "abc");
    snug_text_put(&out, "def"); /* Not even a part of it. */
    ck_assert(out.is_full);
    snug_text_put(&out, "d");
    ck_assert_str_eq(buffer, "abc");
}
END_TEST

START_TEST(a_builder_without_a_buffer_writes_nothing)
{
    struct snug_builder out = snug_text_build(NULL, 0);
    snug_text_put(&out, "");
    ck_assert(out.is_full);
}
END_TEST

START_TEST(the_smallest_and_the_largest_number_are_written)
{
    char buffer[32];
    struct snug_builder out = snug_text_build(buffer, sizeof buffer);
    snug_text_put_u64(&out, 0);
    snug_text_put(&out, " ");
    snug_text_put_u64(&out, UINT64_MAX);
    ck_assert_str_eq(buffer, "0 18446744073709551615");
}
END_TEST

START_TEST(a_text_that_does_not_fit_is_not_copied_in_part)
{
    char buffer[4] = "xyz";
    ck_assert_int_eq(snug_text_copy(snug_text_of("abcd"), sizeof buffer, buffer),
                     -ENAMETOOLONG);
    ck_assert_str_eq(buffer, "");
    ck_assert_int_eq(snug_text_copy(snug_text_of("abc"), sizeof buffer, buffer), 0);
    ck_assert_str_eq(buffer, "abc");
}
END_TEST

static Suite *text_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("slices");
    tcase_add_loop_test(tcase, fields_are_cut_off_one_by_one, 0,
                        sizeof cuts / sizeof *cuts);
    tcase_add_test(tcase, a_missing_string_is_a_missing_text);
    tcase_add_loop_test(tcase, white_space_at_the_ends_is_trimmed, 0,
                        sizeof trims / sizeof *trims);
    tcase_add_loop_test(tcase, a_slice_is_compared_with_a_string, 0,
                        sizeof comparisons / sizeof *comparisons);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("numbers");
    tcase_add_loop_test(tcase, a_bad_number_is_refused_and_nothing_written, 0,
                        sizeof bad_numbers / sizeof *bad_numbers);
    tcase_add_loop_test(tcase, a_number_is_read, 0, sizeof numbers / sizeof *numbers);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("patterns");
    tcase_add_loop_test(tcase, a_pattern_matches_as_in_a_shell, 0,
                        sizeof patterns / sizeof *patterns);
    tcase_add_test(tcase, many_stars_take_no_time);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("builder");
    tcase_add_test(tcase, a_builder_fills_its_buffer_to_the_last_byte);
    tcase_add_test(tcase, a_full_builder_stays_full_and_whole);
    tcase_add_test(tcase, a_builder_without_a_buffer_writes_nothing);
    tcase_add_test(tcase, the_smallest_and_the_largest_number_are_written);
    tcase_add_test(tcase, a_text_that_does_not_fit_is_not_copied_in_part);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(text_suite());
}
