/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of system calls against the headers that this test is built with.
 */
#include <check.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "snug/base/calls.h"

static const struct {
    const char *name;
    uint64_t number;
} rows[] = {
#define ROW(name)         \
    {                     \
#name, SYS_##name \
    }
    ROW(read),
    ROW(mmap),
    ROW(munmap),
    ROW(rt_sigreturn),
    ROW(seccomp),
    ROW(prctl),
    ROW(exit_group),
    ROW(clone3),
    ROW(futex),
    ROW(openat2),
    ROW(sched_setaffinity),
    ROW(sched_getaffinity),
    ROW(set_robust_list),
    ROW(timer_getoverrun),
    ROW(clock_nanosleep),
    ROW(process_vm_writev),
    ROW(inotify_add_watch),
    ROW(name_to_handle_at),
    ROW(io_uring_register),
    ROW(pidfd_send_signal),
    ROW(quotactl),
    ROW(vmsplice),
    ROW(msgsnd),
    ROW(userfaultfd),
#undef ROW
    {"", 400 /* a gap */},
    {"", 1u << 30},
    {"", UINT64_MAX},
};

START_TEST(a_number_has_its_name)
{
    char name[32];
    struct snug_builder out = snug_text_build(name, sizeof name);
    snug_calls_put_name(&out, rows[_i].number);
    ck_assert_str_eq(name, rows[_i].name);
    ck_assert_int_eq(snug_calls_has(rows[_i].number), rows[_i].name[0] != 0);
}
END_TEST

START_TEST(the_table_ends_with_a_name)
{
    ck_assert(snug_calls_has(snug_calls_n_names - 1));
    ck_assert(!snug_calls_has(snug_calls_n_names));
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
