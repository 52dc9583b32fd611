/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Entries of an environment are found by their whole name.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/base/entries.h"

static const char *const entries[] = {
    "",      "=x",     "GO",     "GOGC",   "GOGCX=1", "XGOGC=2",
    "GOG=3", "GOGC=4", "GOGC=5", "EMPTY=", "TWO=a=b", NULL,
};

static const struct {
    const char *name;
    const char *value; /* NULL: not there. */
} rows[] = {
    {"GO", NULL}, {"GOGCXX", NULL}, {"X", NULL},   {"gogc", NULL}, {"GOGC", "4"},
    {"GOG", "3"}, {"GOGCX", "1"},   {"EMPTY", ""}, {"TWO", "a=b"},
};

START_TEST(the_first_entry_of_a_name_is_found)
{
    char *const *list = (char *const *)entries;
    const struct snug_text value = snug_entries_value(list, rows[_i].name);
    ck_assert_int_eq(value.at != NULL, rows[_i].value != NULL);
    ck_assert(snug_text_equals(value, rows[_i].value ? rows[_i].value : ""));
    ck_assert_int_eq(snug_entries_find(list, rows[_i].name) != NULL,
                     rows[_i].value != NULL);
}
END_TEST

START_TEST(an_entry_is_handed_out_whole)
{
    ck_assert_ptr_eq(snug_entries_find((char *const *)entries, "GOGC"), entries[7]);
}
END_TEST

START_TEST(a_beginning_is_mentioned_or_not)
{
    char *const *list = (char *const *)entries;
    ck_assert(snug_entries_mention(list, "GOGCX"));
    ck_assert(snug_entries_mention(list, "EMP"));
    ck_assert(!snug_entries_mention(list, "OGC"));
    ck_assert(!snug_entries_mention(list, "GOGC=6"));
    ck_assert(!snug_entries_mention(NULL, "GO"));
}
END_TEST

START_TEST(no_list_holds_nothing)
{
    ck_assert_ptr_null(snug_entries_find(NULL, "GOGC"));
    ck_assert_ptr_null(snug_entries_value(NULL, "GOGC").at);
}
END_TEST

static Suite *entries_suite(void)
{
    Suite *suite = suite_create("entries");
    TCase *tcase = tcase_create("finding");
    tcase_add_loop_test(tcase, the_first_entry_of_a_name_is_found, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, an_entry_is_handed_out_whole);
    tcase_add_test(tcase, a_beginning_is_mentioned_or_not);
    tcase_add_test(tcase, no_list_holds_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(entries_suite());
}
