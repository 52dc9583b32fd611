/* SPDX-License-Identifier: LGPL-2.1-or-later
 * JSON: escapes, bytes that are not UTF-8, nesting.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/cli/command/json.h"

#define REPLACED "\xef\xbf\xbd" /* U+FFFD */

struct row {
    const char *label;
    const char *bytes;
    size_t n;
    const char *expected;
};

#define ROW(label, bytes, expected)               \
    {                                             \
        label, bytes, sizeof(bytes) - 1, expected \
    }

static const struct row rows[] = {
    ROW("lone continuation byte", "a\x80z", "a" REPLACED "z"),
    ROW("sequence cut off at the end", "a\xe2\x82", "a" REPLACED REPLACED),
    ROW("sequence cut off by a letter", "\xe2z", REPLACED "z"),
    ROW("overlong slash, two bytes", "\xc0\xaf", REPLACED REPLACED),
    ROW("overlong slash, three bytes", "\xe0\x80\xaf", REPLACED REPLACED REPLACED),
    ROW("overlong, four bytes", "\xf0\x8f\xbf\xbf", REPLACED REPLACED REPLACED REPLACED),
    ROW("surrogate", "\xed\xa0\x80", REPLACED REPLACED REPLACED),
    ROW("past the last character", "\xf4\x90\x80\x80", REPLACED REPLACED REPLACED REPLACED),
    ROW("byte that is never used", "\xff", REPLACED),
    ROW("a zero inside", "a\0b", "a\\u0000b"),
    ROW("quote and backslash", "\"\\", "\\\"\\\\"),
    ROW("control characters", "\n\t\x1b\x7f", "\\u000a\\u0009\\u001b\\u007f"),
    ROW("control characters of two bytes", "\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0",
        "\\u0080\\u009b\\u009f\xc2\xa0"),
    ROW("what changes the direction or ends a line",
        "\xd8\x9c\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf\xe2\x81\xa6"
        "\xe2\x81\xa9",
        "\\u061c\xe2\x80\x8d\\u200e\\u2028\\u202e\xe2\x80\xaf\\u2066\\u2069"),
    ROW("nothing", "", ""),
    ROW("plain", "cpu.max", "cpu.max"),
    ROW("two, three and four bytes", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
    ROW("last before and first after the surrogates", "\xed\x9f\xbf\xee\x80\x80",
        "\xed\x9f\xbf\xee\x80\x80"),
    ROW("last character", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"),
};

START_TEST(text_is_escaped)
{
    const struct row *row = &rows[_i];
    char *written = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&written, &n);
    struct snug_json json = snug_json_write(out);
    snug_json_array(&json, NULL);
    snug_json_text(&json, NULL, (struct snug_text){row->bytes, row->n});
    snug_json_end(&json);
    ck_assert_int_eq(fclose(out), 0);

    char *expected = NULL;
    ck_assert_int_gt(asprintf(&expected, "[\n  \"%s\"\n]\n", row->expected), 0);
    ck_assert_msg(strcmp(written, expected) == 0, "%s: got %s", row->label, written);
    free(expected);
    free(written);
}
END_TEST

START_TEST(members_are_parted_and_indented)
{
    char *written = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&written, &n);
    struct snug_json json = snug_json_write(out);
    snug_json_object(&json, NULL);
    snug_json_number(&json, "most", UINT64_MAX);
    snug_json_bool(&json, "is_go", false);
    snug_json_object(&json, "empty");
    snug_json_end(&json);
    snug_json_array(&json, "list");
    snug_json_string(&json, NULL, "a");
    snug_json_null(&json, NULL);
    snug_json_object(&json, NULL);
    snug_json_string(&json, "absent", NULL);
    snug_json_end(&json);
    snug_json_end(&json);
    snug_json_bool(&json, "last", true);
    snug_json_end(&json);
    ck_assert_int_eq(fclose(out), 0);

    ck_assert_str_eq(written, "{\n"
                              "  \"most\": 18446744073709551615,\n"
                              "  \"is_go\": false,\n"
                              "  \"empty\": {},\n"
                              "  \"list\": [\n"
                              "    \"a\",\n"
                              "    null,\n"
                              "    {\n"
                              "      \"absent\": null\n"
                              "    }\n"
                              "  ],\n"
                              "  \"last\": true\n"
                              "}\n");
    free(written);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *text = tcase_create("text");
    tcase_add_loop_test(text, text_is_escaped, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, text);
    TCase *nesting = tcase_create("nesting");
    tcase_add_test(nesting, members_are_parted_and_indented);
    suite_add_tcase(suite, nesting);

    return suite_run(suite);
}
