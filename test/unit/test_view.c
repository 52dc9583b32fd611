/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What C code is shown, while it changes.
 */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/apply/view.h"

enum { N_READS = 20000, N_READERS = 2 };

static struct snug_plan plan;
static _Atomic int n_done;

/* A view whose every word says `n`. */
static void show(unsigned n)
{
    plan.cpu.is_shown = n % 2;
    plan.cpu.count = n;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        plan.cpu.presented.word[i] = n;
    plan.memory.is_presented = n % 2;
    plan.memory.present_bytes = n;
    snug_view_show(&plan);
}

static bool is_whole(const struct snug_view *view)
{
    const unsigned n = view->count;
    for (unsigned i = 0; i < SNUG_CPUS_WORDS; i++)
        if (view->cpus.word[i] != n)
            return false;
    return view->shows_cpus == (n % 2) && view->shows_memory == (n % 2) &&
           view->memory_bytes == n;
}

static void *read_all(void *ret_n_torn)
{
    for (int i = 0; i < N_READS; i++) {
        struct snug_view view;
        if (!snug_view_read(&view) || !is_whole(&view))
            ++*(int *)ret_n_torn;
    }
    atomic_fetch_add(&n_done, 1);
    return NULL;
}

START_TEST(before_the_first_there_is_none)
{
    struct snug_view view;
    ck_assert(!snug_view_read(&view));
    ck_assert(!snug_view_shows_cpus());
    show(3);
    ck_assert(snug_view_read(&view));
    ck_assert(is_whole(&view));
    ck_assert_uint_eq(view.count, 3);
}
END_TEST

START_TEST(the_newest_says_whether_there_are_cpus)
{
    for (unsigned n = 1; n < 6; n++) {
        show(n);
        ck_assert(snug_view_shows_cpus() == n % 2);
    }
}
END_TEST

START_TEST(readers_never_see_parts_of_two)
{
    pthread_t reader[N_READERS];
    int n_torn[N_READERS] = {0};
    show(1);
    for (int i = 0; i < N_READERS; i++)
        ck_assert_int_eq(pthread_create(&reader[i], NULL, read_all, &n_torn[i]), 0);
    for (unsigned n = 2; atomic_load(&n_done) < N_READERS; n++)
        show(n);
    for (int i = 0; i < N_READERS; i++) {
        ck_assert_int_eq(pthread_join(reader[i], NULL), 0);
        ck_assert_int_eq(n_torn[i], 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view");
    TCase *tcase = tcase_create("view");
    tcase_add_test(tcase, before_the_first_there_is_none);
    tcase_add_test(tcase, the_newest_says_whether_there_are_cpus);
    tcase_add_test(tcase, readers_never_see_parts_of_two);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
