/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The start window on this thread's own affinity mask. Each test is a process of its own
 * (Check's fork mode), so no mask outlives it. Needs two CPUs; with one there is nothing to
 * narrow.
 */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/apply/window.h"

static const char image[64];
static struct snug_cpus real;
static struct snug_cpus presented;

static struct snug_cpus mask_now(void)
{
    struct snug_cpus ret = {0};
    ck_assert_int_eq(sched_getaffinity(0, sizeof ret.word, (void *)ret.word), 0);
    return ret;
}

static bool is_narrow(void)
{
    const struct snug_cpus mask = mask_now();
    return snug_cpus_equal(&mask, &presented);
}

static bool is_whole(void)
{
    const struct snug_cpus mask = mask_now();
    return snug_cpus_equal(&mask, &real);
}

static void arm(void)
{
    /* Without fork mode, under valgrind, the last test's mask is still there. */
    memset(&real, 0xff, sizeof real);
    ck_assert_int_eq(sched_setaffinity(0, sizeof real.word, (void *)real.word), 0);
    real = mask_now();
    presented = (struct snug_cpus){0};
    snug_cpus_add(&presented, snug_cpus_next(&real, 0));
    snug_window_arm(&presented, NULL, image, image + sizeof image);
}

START_TEST(a_call_from_elsewhere_does_not_open_it)
{
    ck_assert_int_eq(snug_window_open(image + sizeof image), 0);
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_ARMED);
    ck_assert(is_whole());
}
END_TEST

START_TEST(the_runtimes_start_ends_it)
{
    ck_assert_int_eq(snug_window_open(image), 0);
    ck_assert(is_narrow());
    ck_assert(!snug_window_end(image, false));
    ck_assert(is_whole());
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_DONE);
    ck_assert_int_eq(snug_window_open(image), 0);
    ck_assert(is_whole());
}
END_TEST

START_TEST(closing_gives_the_mask_back_and_arms_again)
{
    snug_window_close();
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_ARMED);
    ck_assert_int_eq(snug_window_open(image), 0);
    snug_window_close();
    ck_assert(is_whole());
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_ARMED);
}
END_TEST

static void in_thread(void *(*run)(void *))
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run, NULL), 0);
    pthread_join(thread, NULL);
}

static void *interfere(void *unused)
{
    snug_window_close();
    ck_assert(!snug_window_end(image + sizeof image, false));
    return unused;
}

START_TEST(another_thread_cannot_close_it)
{
    ck_assert_int_eq(snug_window_open(image), 0);
    in_thread(interfere);
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_OPEN);
    ck_assert(is_narrow());
}
END_TEST

static void *open_in_thread(void *unused)
{
    ck_assert_int_eq(snug_window_open(image), 0);
    return unused;
}

START_TEST(another_thread_cannot_open_it)
{
    in_thread(open_in_thread);
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_ARMED);
}
END_TEST

static void *start_runtime(void *unused)
{
    ck_assert(snug_window_end(image, false));
    ck_assert(!snug_window_end(image, false));
    return unused;
}

START_TEST(a_runtime_on_another_thread_ends_it_for_all)
{
    ck_assert_int_eq(snug_window_open(image), 0);
    in_thread(start_runtime);
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_DONE);
    ck_assert(is_whole());
}
END_TEST

START_TEST(a_runtime_on_another_thread_ends_it_before_it_opens)
{
    in_thread(start_runtime);
    ck_assert_int_eq(snug_window_open(image), 0);
    ck_assert(is_whole());
}
END_TEST

START_TEST(a_mask_of_the_users_own_comes_back_exactly)
{
    /* All ones would give back every CPU that the machine has. */
    ck_assert_int_eq(sched_setaffinity(0, sizeof presented.word, (void *)presented.word),
                     0);
    real = presented;
    ck_assert_int_eq(snug_window_open(image), 0);
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_OPEN);
    snug_window_close();
    ck_assert(is_whole());
}
END_TEST

/* What is known is not asked: this mask is the user's own, and all ones come back. */
START_TEST(a_mask_that_is_known_to_be_none_comes_back_as_all_ones)
{
    static struct snug_cpus known;
    known = presented;
    ck_assert_int_eq(sched_setaffinity(0, sizeof known.word, (void *)known.word), 0);
    snug_window_arm(&presented, &known, image, image + sizeof image);
    ck_assert_int_eq(snug_window_open(image), 0);
    ck_assert(is_narrow());
    snug_window_close();
    ck_assert(is_whole());
}
END_TEST

START_TEST(a_mask_that_was_set_since_is_not_the_known_one)
{
    static struct snug_cpus known;
    known = real;
    ck_assert_int_eq(sched_setaffinity(0, sizeof presented.word, (void *)presented.word),
                     0);
    real = presented;
    snug_window_arm(&presented, &known, image, image + sizeof image);
    ck_assert_int_eq(snug_window_open(image), 0);
    snug_window_close();
    ck_assert(is_whole());
}
END_TEST

/* The only other CPU that is surely there. */
static void pin_elsewhere(void)
{
    struct snug_cpus own = {0};
    snug_cpus_add(&own, snug_cpus_next(&real, snug_cpus_next(&presented, 0) + 1));
    ck_assert_int_eq(sched_setaffinity(0, sizeof own.word, (void *)own.word), 0);
    real = own;
}

START_TEST(a_mask_that_somebody_sets_while_it_is_open_stays)
{
    ck_assert_int_eq(snug_window_open(image), 0);
    pin_elsewhere();
    snug_window_close();
    ck_assert(is_whole());
}
END_TEST

START_TEST(a_mask_that_somebody_sets_before_the_runtime_starts_stays)
{
    snug_window_confine(&real);
    ck_assert_int_eq(snug_window_open(image), 0);
    pin_elsewhere();
    ck_assert(!snug_window_end(image, false));
    ck_assert(is_whole());
}
END_TEST

START_TEST(all_that_somebody_gives_back_while_it_is_open_stays)
{
    ck_assert_int_eq(snug_window_open(image), 0);
    ck_assert_int_eq(sched_setaffinity(0, sizeof real.word, (void *)real.word), 0);
    snug_window_close();
    ck_assert(is_whole());
}
END_TEST

START_TEST(a_thread_pinned_elsewhere_is_left_alone)
{
    pin_elsewhere();
    ck_assert_int_eq(snug_window_open(image), 0);
    ck_assert(is_whole());
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_ARMED);
}
END_TEST

static void *start_there(void *unused)
{
    ck_assert(!snug_window_end(image, false));
    return unused;
}

START_TEST(a_shut_window_only_looks_out_for_the_runtime)
{
    snug_window_arm(NULL, NULL, image, image + sizeof image);
    ck_assert_int_eq(snug_window_open(image), 0);
    ck_assert(is_whole());
    ck_assert(!snug_window_end(image + sizeof image, false));
    ck_assert(!snug_window_is_past());
    ck_assert(!snug_window_end(image, false));
    ck_assert(snug_window_is_past());
    ck_assert_int_eq(snug_window_state(), SNUG_WINDOW_DONE);
}
END_TEST

START_TEST(a_runtime_on_another_thread_is_not_one_to_follow)
{
    snug_window_arm(NULL, NULL, image, image + sizeof image);
    in_thread(start_there);
    ck_assert(!snug_window_is_past());
}
END_TEST

int main(void)
{
    cpu_set_t mine;
    if (sched_getaffinity(0, sizeof mine, &mine) < 0 || CPU_COUNT(&mine) < 2)
        return 77;

    Suite *suite = suite_create("window");
    TCase *tcase = tcase_create("window");
    tcase_add_checked_fixture(tcase, arm, NULL);
    tcase_add_test(tcase, a_call_from_elsewhere_does_not_open_it);
    tcase_add_test(tcase, the_runtimes_start_ends_it);
    tcase_add_test(tcase, closing_gives_the_mask_back_and_arms_again);
    tcase_add_test(tcase, another_thread_cannot_close_it);
    tcase_add_test(tcase, another_thread_cannot_open_it);
    tcase_add_test(tcase, a_runtime_on_another_thread_ends_it_for_all);
    tcase_add_test(tcase, a_runtime_on_another_thread_ends_it_before_it_opens);
    tcase_add_test(tcase, a_mask_of_the_users_own_comes_back_exactly);
    tcase_add_test(tcase, a_mask_that_is_known_to_be_none_comes_back_as_all_ones);
    tcase_add_test(tcase, a_mask_that_was_set_since_is_not_the_known_one);
    tcase_add_test(tcase, a_mask_that_somebody_sets_while_it_is_open_stays);
    tcase_add_test(tcase, a_mask_that_somebody_sets_before_the_runtime_starts_stays);
    tcase_add_test(tcase, all_that_somebody_gives_back_while_it_is_open_stays);
    tcase_add_test(tcase, a_thread_pinned_elsewhere_is_left_alone);
    tcase_add_test(tcase, a_shut_window_only_looks_out_for_the_runtime);
    tcase_add_test(tcase, a_runtime_on_another_thread_is_not_one_to_follow);
    suite_add_tcase(suite, tcase);

    /* The runtime is seen once in a process, so each test has one of its own. */
    setenv("CK_FORK", "yes", 1);
    return suite_run(suite);
}
