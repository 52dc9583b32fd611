/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is shown of a mask, and what that means when it is written back. Eight CPUs; two of
 * them, 2 and 3, are presented.
 */
#include <check.h>
#include <pthread.h>
#include <string.h>

#include "snug/apply/shown.h"
#include "snug/apply/view.h"
#include "suite.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows)[0])

static const struct snug_view view = {
    .shows_cpus = true,
    .count = 2,
    .cpus = {{0x0c}},
};

static const struct narrow_row {
    const char *label;
    unsigned long real, shown;
} narrow_rows[] = {
    {"all", 0xff, 0x0c},
    {"more than the presented", 0x1e, 0x0c},
    {"just the presented", 0x0c, 0x0c},
    {"as many others", 0xc0, 0xc0},
    {"one", 0x08, 0x08},
    {"a cpuset that has moved", 0xf0, 0x30},
    {"a presented CPU that went offline", 0xfb, 0x09},
};

/* What is set instead of `mask`, if anything is: then true. */
static bool write_back(uintptr_t thread, struct snug_cpus *mask)
{
    return snug_shown_restore(thread, sizeof mask->word, mask->word, mask);
}

START_TEST(no_more_are_shown_than_the_count)
{
    const struct narrow_row *row = &narrow_rows[_i];
    struct snug_cpus mask = {{row->real}};
    const bool is_narrowed = snug_shown_narrow(&view, 7, &mask);
    ck_assert_msg(mask.word[0] == row->shown, "%s: shown %lx", row->label, mask.word[0]);
    ck_assert_msg(is_narrowed == (row->real != row->shown), "%s", row->label);
}
END_TEST

START_TEST(what_was_shown_can_be_written_back)
{
    const struct narrow_row *row = &narrow_rows[_i];
    struct snug_cpus mask = {{row->real}};
    (void)snug_shown_narrow(&view, 7, &mask);
    ck_assert_int_eq(write_back(7, &mask), row->real != row->shown);
    ck_assert_msg(mask.word[0] == row->real, "%s: written %lx", row->label, mask.word[0]);
}
END_TEST

START_TEST(another_mask_is_the_programs_own)
{
    struct snug_cpus mask = {{0xff}};
    ck_assert(snug_shown_narrow(&view, 7, &mask));
    mask.word[0] = 0x04;
    ck_assert(!write_back(7, &mask));
    mask.word[0] = 0x3c;
    ck_assert(!write_back(7, &mask));
    ck_assert_uint_eq(mask.word[0], 0x3c);
}
END_TEST

/* Each to its own, though both were shown the same. */
START_TEST(a_thread_gets_back_what_it_had_itself)
{
    struct snug_cpus all = {{0xff}};
    struct snug_cpus some = {{0x3c}};
    ck_assert(snug_shown_narrow(&view, 1, &some));
    ck_assert(snug_shown_narrow(&view, 2, &all));
    ck_assert(snug_cpus_equal(&all, &some));
    ck_assert(write_back(1, &some) && some.word[0] == 0x3c);
    ck_assert(write_back(2, &all) && all.word[0] == 0xff);
}
END_TEST

/* One thread reads, the others write. */
START_TEST(what_was_shown_to_another_thread_stands_for_all)
{
    struct snug_cpus mask = {{0x0c}};
    ck_assert(!write_back(3, &mask));
    struct snug_cpus all = {{0xff}};
    ck_assert(snug_shown_narrow(&view, 1, &all));
    ck_assert(write_back(3, &mask) && mask.word[0] == 0xff);
}
END_TEST

/* Its cpuset has moved, so it is shown others than those that are presented. */
START_TEST(what_is_not_presented_stands_for_all_too)
{
    struct snug_cpus all = {{0xf0}};
    ck_assert(snug_shown_narrow(&view, 1, &all));
    struct snug_cpus mask = {{0x30}};
    ck_assert(write_back(3, &mask) && mask.word[0] == 0xf0);
}
END_TEST

/* A library keeps what it has read for hours. Meanwhile the limit changes, other threads
 * read, and the reader is not remembered any more. */
START_TEST(what_was_shown_once_can_be_written_back_later)
{
    enum { N_THREADS = 64, N_VIEWS = 6 };
    struct snug_cpus all = {{0xff}};
    ck_assert(snug_shown_narrow(&view, 1, &all));
    for (unsigned i = 0; i < N_VIEWS; i++) {
        const struct snug_view next = {true, i + 1, {{(2ul << i) - 1}}, false, 0};
        for (uintptr_t thread = 2; thread < N_THREADS; thread++) {
            struct snug_cpus mask = {{0xff}};
            ck_assert(snug_shown_narrow(&next, thread, &mask));
        }
    }
    struct snug_cpus mask = {{0x0c}};
    ck_assert(write_back(1, &mask) && mask.word[0] == 0xff);
    mask.word[0] = 0x07;
    ck_assert(write_back(1, &mask) && mask.word[0] == 0xff);
}
END_TEST

/* Each thread has CPUs of its own, and is shown some of them. */
START_TEST(what_few_were_shown_takes_no_place_of_what_most_were)
{
    enum { N_THREADS = 40 };
    struct snug_cpus all = {{0xff}};
    ck_assert(snug_shown_narrow(&view, 1, &all));
    for (uintptr_t thread = 2; thread < N_THREADS; thread++) {
        struct snug_cpus own = {{0xful << thread}};
        ck_assert(snug_shown_narrow(&view, thread, &own));
    }
    struct snug_cpus mask = {{0x0c}};
    ck_assert(write_back(1, &mask) && mask.word[0] == 0xff);
}
END_TEST

/* The cpuset has grown since the first was shown the same, and the last has pinned itself.
 */
START_TEST(who_had_most_counts_for_others)
{
    static const unsigned long reals[] = {0x0f, 0xff, 0x3c};
    struct snug_cpus mask;
    for (unsigned i = 0; i < sizeof reals / sizeof *reals; i++) {
        mask = (struct snug_cpus){{reals[i]}};
        ck_assert(snug_shown_narrow(&view, i + 1, &mask));
    }
    ck_assert(write_back(4, &mask) && mask.word[0] == 0xff);
}
END_TEST

static void show_two(void)
{
    const struct snug_plan plan = {
        .cpu = {.is_shown = true, .count = 2, .presented = {{0x0c}}}};
    snug_view_show(&plan);
}

/* A thread has pinned itself to CPUs that all lie in the first word. */
START_TEST(a_mask_that_goes_on_behind_the_real_one_is_the_programs_own)
{
    show_two();
    struct snug_cpus mask = {{0x0f}};
    snug_shown_present(1, 2 * sizeof *mask.word, mask.word);
    ck_assert_uint_eq(mask.word[0], 0x0c);
    mask.word[1] = 0x0c;
    ck_assert(!snug_shown_restore(1, 2 * sizeof *mask.word, mask.word, &mask));
    ck_assert(!snug_shown_restore(2, sizeof mask.word, mask.word, &mask));
    mask.word[1] = 0;
    mask.word[SNUG_CPUS_WORDS - 1] = 1; /* No mask that was read is as long. */
    ck_assert(write_back(1, &mask) && mask.word[0] == 0x0f);
}
END_TEST

/* A library saves the mask, pins the thread to a node, looks whether that was done, and
 * puts back what it saved. Both masks shown alike, the thread would stay on the node. */
START_TEST(what_the_program_sets_is_shown_as_it_is)
{
    static const struct snug_cpus all = {{0xff}};
    static const struct snug_cpus node = {{0x0f}};
    show_two();
    struct snug_cpus saved = all;
    ck_assert(snug_shown_narrow(&view, 1, &saved));
    snug_shown_keep(sizeof node.word, node.word);
    struct snug_cpus mask = node;
    ck_assert(!snug_shown_narrow(&view, 1, &mask));
    ck_assert(snug_cpus_equal(&mask, &node));
    ck_assert(!snug_shown_narrow(&view, 2, &mask));
    ck_assert(!write_back(1, &mask));
    ck_assert(write_back(1, &saved) && snug_cpus_equal(&saved, &all));
}
END_TEST

/* To set all CPUs is to undo a pin, and no wish to see them. */
START_TEST(what_leaves_out_no_cpu_is_shown_narrowed)
{
    static const struct snug_cpus all = {{0xff}};
    struct snug_cpus every;
    show_two();
    struct snug_cpus mask = all;
    ck_assert(snug_shown_narrow(&view, 1, &mask));
    memset(&every, 0xff, sizeof every);
    snug_shown_keep(sizeof all.word, all.word);
    snug_shown_keep(sizeof every.word, every.word);
    snug_shown_keep(0, NULL);
    mask = all;
    ck_assert(snug_shown_narrow(&view, 1, &mask));
}
END_TEST

/* Reads and writes back, as if all threads had one slot. */
static void *go_round(void *ret_n_lost)
{
    enum { N_ROUNDS = 100000, APART = 8 };
    static _Atomic uintptr_t n_threads;
    const uintptr_t thread = ++n_threads * APART;
    for (int i = 0; i < N_ROUNDS; i++) {
        struct snug_cpus mask = {{0xff}};
        if (!snug_shown_narrow(&view, thread, &mask) || !write_back(thread, &mask) ||
            mask.word[0] != 0xff)
            ++*(int *)ret_n_lost;
    }
    return NULL;
}

START_TEST(no_thread_is_in_the_way_of_another)
{
    enum { N_THREADS = 6 };
    pthread_t thread[N_THREADS];
    int n_lost[N_THREADS] = {0};
    for (int i = 0; i < N_THREADS; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, go_round, &n_lost[i]), 0);
    for (int i = 0; i < N_THREADS; i++) {
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
        ck_assert_int_eq(n_lost[i], 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shown");
    TCase *tcase = tcase_create("shown");
    tcase_add_loop_test(tcase, no_more_are_shown_than_the_count, 0, N_ROWS(narrow_rows));
    tcase_add_loop_test(tcase, what_was_shown_can_be_written_back, 0, N_ROWS(narrow_rows));
    tcase_add_test(tcase, another_mask_is_the_programs_own);
    tcase_add_test(tcase, a_thread_gets_back_what_it_had_itself);
    tcase_add_test(tcase, what_was_shown_to_another_thread_stands_for_all);
    tcase_add_test(tcase, what_is_not_presented_stands_for_all_too);
    tcase_add_test(tcase, what_was_shown_once_can_be_written_back_later);
    tcase_add_test(tcase, what_few_were_shown_takes_no_place_of_what_most_were);
    tcase_add_test(tcase, who_had_most_counts_for_others);
    tcase_add_test(tcase, a_mask_that_goes_on_behind_the_real_one_is_the_programs_own);
    tcase_add_test(tcase, what_the_program_sets_is_shown_as_it_is);
    tcase_add_test(tcase, what_leaves_out_no_cpu_is_shown_narrowed);
    tcase_add_test(tcase, no_thread_is_in_the_way_of_another);
    suite_add_tcase(suite, tcase);

    /* What was shown is remembered, so each test has a process of its own. */
    setenv("CK_FORK", "yes", 1);
    setenv("SNUG", "off", 1); /* This program itself is none to start in. */
    return suite_run(suite);
}
