/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime's account of CPU time among other words, and what only looks like one.
 */
#include "snug/facts/ledger.h"

#include <string.h>

#include "suite.h"

enum { N_WORDS = 2000 };

#define S ((int64_t)1000000000)

static uint64_t words[N_WORDS];
static bool is_unreadable;

/* As Go 1.22 had it: assists, dedicated, idle marks, pauses and their sum; two for the
 * scavenger and theirs; idle, the program, all. */
static const uint64_t account[SNUG_LEDGER_WORDS] = {
    42 * S, 165 * S, 847 * S, 21 * S,  1075 * S, 5 * S,
    2 * S,  7 * S,   509 * S, 325 * S, 1916 * S,
};

static bool read_words(void *from, uint64_t address, void *ret, size_t n_bytes)
{
    (void)from;
    ck_assert_uint_ge(address, (uintptr_t)words);
    ck_assert_uint_le(address + n_bytes, (uintptr_t)(words + N_WORDS));
    memcpy(ret, (const void *)(uintptr_t)address, n_bytes);
    return !is_unreadable;
}

static void put(size_t at)
{
    memcpy(words + at, account, sizeof account);
}

static struct snug_ledger find(void)
{
    struct snug_ledger ret;
    snug_ledger_find((uintptr_t)words, (uintptr_t)(words + N_WORDS), read_words, NULL,
                     &ret);
    return ret;
}

static void set_up(void)
{
    is_unreadable = false;
    for (size_t i = 0; i < N_WORDS; i++)
        words[i] = i % 3 ? 0 : i * 1000003;
}

static const struct row {
    const char *label;
    unsigned word;
    int64_t more;
    bool adds_up;
} rows[] = {
    {"as it is", 0, 0, true},
    {"assists", 0, 1, false},
    {"idle marks", 2, -1, false},
    {"pauses", 3, 1, false},
    {"the collector", 4, 1, false},
    {"the scavenger", 6, 1, false},
    {"its sum", 7, -1, false},
    {"less idle than there is", 8, -1, false},
    {"a pause since", 9, 21 * S, true},
    {"more than all pauses since", 9, 21 * S + 1, false},
    {"a total that has not come yet", 10, -(21 * S), true},
    {"another total", 10, 1, false},
};

START_TEST(it_is_known_by_its_sums)
{
    uint64_t word[SNUG_LEDGER_WORDS];
    struct snug_ledger_sum sum;
    memcpy(word, account, sizeof word);
    word[rows[_i].word] += (uint64_t)rows[_i].more;
    ck_assert_msg(snug_ledger_adds_up(word, &sum) == rows[_i].adds_up, "%s",
                  rows[_i].label);
    if (!_i) {
        ck_assert_uint_eq(sum.total_ns, 1916 * S);
        ck_assert_uint_eq(sum.collector_ns, 228 * S);
    }
}
END_TEST

START_TEST(the_programs_time_may_be_below_zero)
{
    uint64_t word[SNUG_LEDGER_WORDS];
    struct snug_ledger_sum sum;
    memcpy(word, account, sizeof word);
    word[9] -= (uint64_t)(400 * S);
    word[8] += (uint64_t)(400 * S);
    ck_assert(snug_ledger_adds_up(word, &sum));
}
END_TEST

START_TEST(zeros_and_small_numbers_are_none)
{
    uint64_t word[SNUG_LEDGER_WORDS] = {0};
    struct snug_ledger_sum sum;
    ck_assert(!snug_ledger_adds_up(word, &sum));
    word[0] = word[4] = word[10] = 1;
    ck_assert(!snug_ledger_adds_up(word, &sum));
    for (unsigned i = 0; i < SNUG_LEDGER_WORDS; i++)
        word[i] = UINT64_MAX;
    ck_assert(!snug_ledger_adds_up(word, &sum));
}
END_TEST

START_TEST(it_is_found_wherever_it_lies)
{
    ck_assert_uint_eq(find().n, 0);
    put((size_t)_i);
    const struct snug_ledger ledger = find();
    ck_assert_uint_eq(ledger.n, 1);
    ck_assert_uint_eq(ledger.at[0], (uintptr_t)(words + _i));
}
END_TEST

START_TEST(the_newer_of_two_counts)
{
    struct snug_ledger_sum sum;
    put(100);
    put(900);
    words[100 + 9] += (uint64_t)S;
    words[100 + 10] += (uint64_t)S;
    const struct snug_ledger ledger = find();
    ck_assert_uint_eq(ledger.n, 2);
    ck_assert(snug_ledger_look(&ledger, read_words, NULL, &sum));
    ck_assert_uint_eq(sum.total_ns, 1917 * S);
    words[100]++; /* It is being written. */
    ck_assert(snug_ledger_look(&ledger, read_words, NULL, &sum));
    ck_assert_uint_eq(sum.total_ns, 1916 * S);
    words[900]++;
    ck_assert(!snug_ledger_look(&ledger, read_words, NULL, &sum));
}
END_TEST

START_TEST(of_three_none_is_taken)
{
    struct snug_ledger_sum sum;
    put(100);
    put(900);
    put(1500);
    const struct snug_ledger ledger = find();
    ck_assert_uint_eq(ledger.n, 0);
    ck_assert(!snug_ledger_look(&ledger, read_words, NULL, &sum));
}
END_TEST

START_TEST(what_cannot_be_read_has_none)
{
    put(100);
    is_unreadable = true;
    ck_assert_uint_eq(find().n, 0);
    struct snug_ledger ledger;
    snug_ledger_find(100, 50, read_words, NULL, &ledger);
    ck_assert_uint_eq(ledger.n, 0);
}
END_TEST

START_TEST(releases_that_have_it_are_known)
{
    ck_assert(!snug_ledger_knows(0) && !snug_ledger_knows(19) && snug_ledger_knows(20) &&
              snug_ledger_knows(27) && !snug_ledger_knows(28));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ledger");
    TCase *tcase = tcase_create("ledger");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, it_is_known_by_its_sums, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, the_programs_time_may_be_below_zero);
    tcase_add_test(tcase, zeros_and_small_numbers_are_none);
    tcase_add_loop_test(tcase, it_is_found_wherever_it_lies, 490, 530); /* A chunk's end. */
    tcase_add_loop_test(tcase, it_is_found_wherever_it_lies, N_WORDS - SNUG_LEDGER_WORDS,
                        N_WORDS - SNUG_LEDGER_WORDS + 1);
    tcase_add_test(tcase, the_newer_of_two_counts);
    tcase_add_test(tcase, of_three_none_is_taken);
    tcase_add_test(tcase, what_cannot_be_read_has_none);
    tcase_add_test(tcase, releases_that_have_it_are_known);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
