/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files that are cut short while they are looked at.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "suite.h"
#include "snug/cli/subject/mapped.h"

enum { N_BYTES = 300000, KEPT = 100 };

static int fd = -1;

static void set_up(void)
{
    char bytes[N_BYTES];
    memset(bytes, 'x', sizeof bytes);
    fd = memfd_create("mapped", MFD_CLOEXEC);
    ck_assert_int_eq(write(fd, bytes, sizeof bytes), N_BYTES);
}

static void tear_down(void)
{
    close(fd);
}

START_TEST(a_file_that_stays_is_whole)
{
    struct snug_mapped mapped;
    ck_assert_int_eq(snug_mapped_open(fd, &mapped), 0);
    ck_assert_uint_eq(mapped.n_bytes, N_BYTES);
    ck_assert_uint_eq(mapped.bytes[N_BYTES - 1], 'x');
    ck_assert(snug_mapped_close(&mapped));
}
END_TEST

static void look_at_a_cut_file(void)
{
    struct snug_mapped mapped;
    ck_assert_int_eq(snug_mapped_open(fd, &mapped), 0);
    ck_assert_int_eq(ftruncate(fd, KEPT), 0);
    ck_assert_uint_eq(mapped.bytes[KEPT - 1], 'x');
    ck_assert_uint_eq(mapped.bytes[N_BYTES / 2], 0);
    ck_assert_uint_eq(mapped.bytes[N_BYTES - 1], 0);
    ck_assert(!snug_mapped_close(&mapped));
}

START_TEST(what_is_lost_is_zero_and_is_told)
{
    look_at_a_cut_file();
    set_up();
    look_at_a_cut_file(); /* Each has a beginning of its own. */
}
END_TEST

START_TEST(the_signal_does_what_it_did_before)
{
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    struct sigaction after;
    sigset_t blocked;
    sigset_t mask;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGBUS);
    ck_assert_int_eq(sigaction(SIGBUS, &ignored, NULL), 0);
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
    look_at_a_cut_file();
    ck_assert_int_eq(sigaction(SIGBUS, NULL, &after), 0);
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
    ck_assert(after.sa_handler == SIG_IGN);
    ck_assert_int_eq(sigismember(&mask, SIGBUS), 1);
}
END_TEST

START_TEST(one_that_somebody_sends_does_too)
{
    const struct sigaction usual = {.sa_handler = SIG_DFL}; /* A sanitizer has its own. */
    struct snug_mapped mapped;
    ck_assert_int_eq(sigaction(SIGBUS, &usual, NULL), 0);
    ck_assert_int_eq(snug_mapped_open(fd, &mapped), 0);
    (void)raise(SIGBUS); /* It ends the test. */
}
END_TEST

START_TEST(an_empty_file_is_none)
{
    struct snug_mapped mapped;
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_int_eq(snug_mapped_open(fd, &mapped), -ENODATA);
    ck_assert_int_eq(snug_mapped_open(-1, &mapped), -EBADF);
}
END_TEST

static Suite *mapped_suite(void)
{
    Suite *suite = suite_create("mapped");
    TCase *tcase = tcase_create("cut short");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_file_that_stays_is_whole);
    tcase_add_test(tcase, what_is_lost_is_zero_and_is_told);
    tcase_add_test(tcase, the_signal_does_what_it_did_before);
    tcase_add_test_raise_signal(tcase, one_that_somebody_sends_does_too, SIGBUS);
    tcase_add_test(tcase, an_empty_file_is_none);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(mapped_suite());
}
