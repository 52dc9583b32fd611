/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of system calls against the headers that this test is built with.
 */
#include <check.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "snug/calls.h"

static const struct {
    const char *name;
    uint64_t number;
} rows[] = {
    {"read", SYS_read},       {"mmap", SYS_mmap},   {"rt_sigreturn", SYS_rt_sigreturn},
    {"seccomp", SYS_seccomp}, {"prctl", SYS_prctl}, {"exit_group", SYS_exit_group},
    {"clone3", SYS_clone3},   {"futex", SYS_futex}, {"openat2", SYS_openat2},
    {"", 400 /* a gap */},    {"", 1u << 30},       {"", UINT64_MAX},
};

START_TEST(a_number_has_its_name)
{
    const struct snug_text name = snug_calls_name(rows[_i].number);
    ck_assert_msg(snug_text_equals(name, rows[_i].name), "%s", rows[_i].name);
    ck_assert_int_eq(name.at != NULL, rows[_i].name[0] != 0);
}
END_TEST

START_TEST(the_table_ends_with_a_name)
{
    ck_assert_ptr_nonnull(snug_calls_name(snug_calls_n_names - 1).at);
    ck_assert_ptr_null(snug_calls_name(snug_calls_n_names).at);
}
END_TEST

START_TEST(a_call_is_written_with_its_number)
{
    char text[32];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_calls_put(&out, UINT32_MAX);
    ck_assert_str_eq(text, "4294967295");
#if defined(__x86_64__)
    out = snug_text_build(text, sizeof text);
    snug_calls_put(&out, SYS_seccomp);
    ck_assert_str_eq(text, "seccomp (317)");
#endif
}
END_TEST

static Suite *calls_suite(void)
{
    Suite *suite = suite_create("calls");
    TCase *tcase = tcase_create("names");
    tcase_add_loop_test(tcase, a_number_has_its_name, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, the_table_ends_with_a_name);
    tcase_add_test(tcase, a_call_is_written_with_its_number);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(calls_suite());
    srunner_run_all(runner, CK_ENV);
    const int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
