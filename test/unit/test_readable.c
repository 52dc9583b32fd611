/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pages that may be read, may not, and are not there.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "suite.h"
#include "snug/base/readable.h"

enum { PAGE = SNUG_READABLE_PAGE_BYTES, N_PAGES = 4 };

static char *pages;

/* The third may not be read. */
static void set_up(void)
{
    pages = mmap(NULL, N_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                 -1, 0);
    ck_assert_ptr_ne(pages, MAP_FAILED);
    ck_assert_int_eq(mprotect(pages + 2 * PAGE, PAGE, PROT_NONE), 0);
}

static void tear_down(void)
{
    ck_assert_int_eq(munmap(pages, N_PAGES * PAGE), 0);
}

static const struct {
    const char *label;
    size_t at;
    size_t n_bytes;
    bool is_readable;
} rows[] = {
    {"to the guard's first byte", PAGE, PAGE + 1, false},
    {"the guard's first byte", 2 * PAGE, 1, false},
    {"the guard's last byte", 3 * PAGE - 1, 1, false},
    {"over the guard", 0, N_PAGES *PAGE, false},
    {"up to the guard", 0, 2 * PAGE, true},
    {"the last byte before it", 2 * PAGE - 1, 1, true},
    {"behind it", 3 * PAGE, PAGE, true},
    {"nothing at all", 2 * PAGE, 0, true},
};

START_TEST(a_range_is_readable_if_each_of_its_pages_is)
{
    struct snug_readable run = {0};
    const uintptr_t at = (uintptr_t)pages + rows[_i].at;
    ck_assert_msg(snug_readable_covers(&run, at, rows[_i].n_bytes) == rows[_i].is_readable,
                  "%s", rows[_i].label);
}
END_TEST

START_TEST(what_is_not_mapped_is_not_readable)
{
    struct snug_readable run = {0};
    ck_assert(!snug_readable_covers(&run, 0, 8));
    ck_assert(!snug_readable_covers(&run, UINTPTR_MAX - 7, 8));
    ck_assert(!snug_readable_covers(&run, UINTPTR_MAX - 7, 16));
    ck_assert(!snug_readable_covers(&run, (uintptr_t)1 << 62, 8));
}
END_TEST

START_TEST(a_run_ends_at_the_page_that_cannot_be_read)
{
    struct snug_readable run = {0};
    const uintptr_t at = (uintptr_t)pages;
    ck_assert(!snug_readable_covers(&run, at + 100, 3 * PAGE));
    ck_assert_uint_eq(run.from, at);
    ck_assert_uint_eq(run.to, at + 2 * PAGE);
    /* What is in the run is not asked for again. */
    ck_assert_int_eq(mprotect(pages, PAGE, PROT_NONE), 0);
    ck_assert(snug_readable_covers(&run, at, 2 * PAGE));
    ck_assert(snug_readable_covers(&run, at + 3 * PAGE, 8));
    ck_assert_uint_eq(run.from, at + 3 * PAGE);
}
END_TEST

START_TEST(asking_does_not_change_the_signal_mask)
{
    struct snug_readable run = {0};
    sigset_t before;
    sigset_t after;
    memset(pages, 0xff, PAGE); /* All signals, if it were a mask. */
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &before), 0);
    ck_assert(snug_readable_covers(&run, (uintptr_t)pages, PAGE));
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &after), 0);
    for (int signal = 1; signal < NSIG; signal++)
        ck_assert_int_eq(sigismember(&before, signal), sigismember(&after, signal));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("readable");
    TCase *tcase = tcase_create("readable");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_range_is_readable_if_each_of_its_pages_is, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, what_is_not_mapped_is_not_readable);
    tcase_add_test(tcase, a_run_ends_at_the_page_that_cannot_be_read);
    tcase_add_test(tcase, asking_does_not_change_the_signal_mask);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
