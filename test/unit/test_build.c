/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Module information that is cut short, too long or made up. test/cli/doctor_build.sh has
 * what is usual.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cli/subject/build.h"
#include "suite.h"

static struct snug_build build;

static const struct row {
    const char *label;
    const char *text;
    bool has_settings, has_race, has_profile;
    unsigned n_modules, n_replaced;
    const char *replaced, *mixed;
} rows[] = {
    {"nothing", "", false, false, false, 0, 0, "", ""},
    {"no tabs", "dep\nbuild\n=>\n\n\n", false, false, false, 0, 0, "", ""},
    {"empty fields", "dep\t\nbuild\t\nmod\t\n\t\t\t\n", true, false, false, 1, 0, "", ""},
    {"a value without a name", "build\t=true\nbuild\t-race\nbuild\t-pgo=\n", true, false,
     false, 0, 0, "", ""},
    {"a replacement of nothing", "=>\texample.org/a\tv1\n", false, false, false, 0, 1,
     " by example.org/a", ""},
    {"a main module that is replaced", "mod\tm\tv1\n=>\tn\tv2\ndep\ta\tv1\n", false, false,
     false, 1, 1, "m by n", ""},
    {"no newline at the end", "dep\tk8s.io/api\tv0.1.2\ndep\tk8s.io/kubectl\tv0.2.2", false,
     false, false, 2, 0, "", "k8s.io/api v0.1.2 and k8s.io/kubectl v0.2.2"},
    {"versions of one number", "dep\tk8s.io/api\tv1\ndep\tk8s.io/kubectl\tv1\n", false,
     false, false, 2, 0, "", ""},
    {"no version",
     "dep\tk8s.io/api\ndep\tk8s.io/kubectl\t(devel)\ndep\tk8s.io/apiserver\tv0\n", false,
     false, false, 3, 0, "", ""},
    {"majors of their own",
     "dep\tgo.opentelemetry.io/otel\tv1.15.1\n"
     "dep\tgo.opentelemetry.io/otel/metric\tv0.38.1\n",
     false, false, false, 2, 0, "", ""},
    {"no release",
     "dep\tk8s.io/api\tv0.0.0-20230101000000-0123456789ab\ndep\tk8s.io/kubectl\tv0.26.0\n",
     false, false, false, 2, 0, "", ""},
    {"a name that only begins so", "dep\tk8s.io/api\tv0.1.0\ndep\tk8s.io/apis\tv0.2.0\n",
     false, false, false, 2, 0, "", ""},
};

START_TEST(what_is_not_said_is_no)
{
    const struct row *row = &rows[_i];
    snug_build_read(snug_text_of(row->text), &build);
    ck_assert_msg(build.is_known, "%s", row->label);
    ck_assert_int_eq(build.has_settings, row->has_settings);
    ck_assert_int_eq(build.has_race, row->has_race);
    ck_assert_int_eq(build.has_profile, row->has_profile);
    ck_assert_uint_eq(build.n_modules, row->n_modules);
    ck_assert_uint_eq(build.n_replaced, row->n_replaced);
    ck_assert_str_eq(build.replaced, row->replaced);
    ck_assert_str_eq(build.mixed, row->mixed);
}
END_TEST

START_TEST(without_information_nothing_is_known)
{
    snug_build_read((struct snug_text){0}, &build);
    ck_assert(!build.is_known);
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
    char text[2048] = "dep\t";
    memset(text + strlen(text), 'x', 1000);
    strcat(text, "\tv1\n=>\t");
    memset(text + strlen(text), 'y', 900);
    snug_build_read(snug_text_of(text), &build);
    ck_assert_uint_eq(build.n_replaced, 1);
    ck_assert_uint_lt(strlen(build.replaced), sizeof build.replaced);

    strcpy(text, "build\tDefaultGODEBUG=");
    for (int i = 0; i < 100; i++)
        strcat(text, i ? ",setting=1" : "setting=1");
    snug_build_read(snug_text_of(text), &build);
    ck_assert_uint_eq(build.n_defaults, 100);
    ck_assert_uint_lt(strlen(build.defaults), sizeof build.defaults);
    ck_assert_str_eq(build.defaults + strlen(build.defaults) - 11, ", setting=1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("build");
    TCase *information = tcase_create("information");
    tcase_add_loop_test(information, what_is_not_said_is_no, 0, sizeof rows / sizeof *rows);
    tcase_add_test(information, without_information_nothing_is_known);
    tcase_add_test(information, what_is_too_long_is_cut);
    suite_add_tcase(suite, information);
    return suite_run(suite);
}
