/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of system calls against the headers, and their numbers against the libseccomp, that
 * this test is built with.
 */
#include <check.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "snug/base/calls.h"
#include "suite.h"

static const struct {
    const char *text;
    uint64_t number;
} rows[] = {
#define ROW(name)         \
    {                     \
#name, SYS_##name \
    }
    ROW(mmap),
    ROW(munmap),
    ROW(read),
    ROW(rt_sigreturn),
    ROW(prctl),
    ROW(exit_group),
    ROW(clone3),
    ROW(futex),
    ROW(sched_setaffinity),
    ROW(set_robust_list),
    ROW(wait4), /* The last but for old architectures. */
#if defined(__x86_64__)
    ROW(arch_prctl), /* The last. */
    {"317", SYS_seccomp},
#endif
    {"400", 400 /* a gap */},
    {"18446744073709551615", UINT64_MAX},
};

START_TEST(a_needed_call_is_named_and_another_is_its_number)
{
    char name[32];
    struct snug_builder out = snug_text_build(name, sizeof name);
    snug_calls_put_name(&out, rows[_i].number);
    ck_assert_str_eq(name, rows[_i].text);
}
END_TEST

/* Younger than the libseccomp of many distributions, and among numbers that look like a
 * gap: uretprobe, uprobe. */
static bool is_young(uint64_t number)
{
#if defined(__x86_64__)
    return number == 335 || number == 336;
#else
    (void)number;
    return false;
#endif
}

START_TEST(there_are_the_calls_that_libseccomp_knows)
{
    for (int number = 0; snug_calls_is_below_last((uint64_t)number); number++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
        /* libseccomp may be older, and the newest numbers have no gaps. */
        if (name || number < SYS_pidfd_send_signal - 1)
            ck_assert_msg(snug_calls_has((uint64_t)number) ==
                              (name || is_young((uint64_t)number)),
                          "number %d: %s", number, name ? name : "no call");
        free(name);
    }
}
END_TEST

START_TEST(no_call_is_above_the_last)
{
    uint64_t last = 0;
    while (snug_calls_is_below_last(last))
        last++;
    ck_assert(snug_calls_has(last));
    for (uint64_t number = last + 1; number < (uint64_t)2 * SNUG_CALLS_NUMBERS; number++)
        ck_assert(!snug_calls_has(number));
    ck_assert(!snug_calls_has(UINT64_MAX));
}
END_TEST

START_TEST(a_call_is_written_with_its_number)
{
    char text[32];
    char expected[32];
    struct snug_builder out = snug_text_build(text, sizeof text);
    snug_calls_put(&out, SYS_sched_setaffinity);
    (void)snprintf(expected, sizeof expected, "sched_setaffinity (%d)",
                   SYS_sched_setaffinity);
    ck_assert_str_eq(text, expected);
}
END_TEST

static Suite *calls_suite(void)
{
    Suite *suite = suite_create("calls");
    TCase *tcase = tcase_create("names");
    tcase_add_loop_test(tcase, a_needed_call_is_named_and_another_is_its_number, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, there_are_the_calls_that_libseccomp_knows);
    tcase_add_test(tcase, no_call_is_above_the_last);
    tcase_add_test(tcase, a_call_is_written_with_its_number);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(calls_suite());
}
