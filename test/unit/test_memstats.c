/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The Go runtime's account of its memory among other words, and what only looks like one.
 */
#include "snug/cli/subject/memstats.h"

#include <errno.h>
#include <string.h>

#include "suite.h"

#define MIB ((uint64_t)1 << 20)

enum {
    N_WORDS = 4000,
    CONTROLLER = 100, /* Where the two stand. */
    STATS = 2000,
    PART = 147, /* Words of a part, up to Go 1.24. */
};

static uint64_t words[N_WORDS];
static bool is_unreadable;
static bool is_busy;

static bool read_words(void *from, uint64_t address, void *ret, size_t n_bytes)
{
    (void)from;
    ck_assert_uint_ge(address, (uintptr_t)words);
    ck_assert_uint_le(address + n_bytes, (uintptr_t)(words + N_WORDS));
    memcpy(ret, (const void *)(uintptr_t)address, n_bytes);
    if (is_busy)
        words[CONTROLLER + 34] += 8192;
    return !is_unreadable;
}

/* As Go 1.22 has it, the first heap of 40 MiB. */
static void put_controller(size_t at)
{
    words[at] = 100;
    words[at + 1] = 64 * MIB;
    words[at + 2] = 4 * MIB;
    words[at + 19] = 33 * MIB; /* Alive. */
    words[at + 34] = 40 * MIB;
    words[at + 35] = 8 * MIB;
    words[at + 36] = 10 * MIB;
    words[at + 37] = 900 * MIB;
    words[at + 38] = 862 * MIB;
    words[at + 39] = 56 * MIB;
}

/* In three parts, of which one takes from another. */
static void put_stats(size_t at, size_t part)
{
    const int64_t sum[6] = {53 * MIB, 8 * MIB, 40 * MIB, 2 * MIB, MIB, 0};
    for (size_t i = 0; i < 6; i++) {
        words[at + i] = (uint64_t)(sum[i] + 7 * (int64_t)MIB);
        words[at + part + i] = (uint64_t)(-7 * (int64_t)MIB);
    }
    words[at + 3 * part] = 1;      /* Which part is written, */
    words[at + 3 * part + 3] = 99; /* and what stands behind. */
}

static void set_up(void)
{
    is_unreadable = is_busy = false;
    memset(words, 0, sizeof words);
    words[10] = 77;
    put_controller(CONTROLLER);
    put_stats(STATS, PART);
}

static int find(unsigned minor, struct snug_memstats_place *ret)
{
    return snug_memstats_find(minor, (uintptr_t)words, (uintptr_t)(words + N_WORDS),
                              read_words, NULL, ret);
}

START_TEST(it_is_found_and_read)
{
    struct snug_memstats_place place;
    struct snug_memstats stats;
    ck_assert_int_eq(find(22, &place), 0);
    ck_assert_uint_eq(place.controller, (uintptr_t)(words + CONTROLLER));
    ck_assert_uint_eq(place.memstats, (uintptr_t)(words + STATS));
    ck_assert_int_eq(snug_memstats_look(22, &place, read_words, NULL, &stats), 0);
    ck_assert_uint_eq(stats.limit, 64 * MIB);
    ck_assert_uint_eq(stats.live, 33 * MIB);
    ck_assert_uint_eq(stats.alloc, 38 * MIB);
    ck_assert_uint_eq(stats.in_use, 40 * MIB);
    ck_assert_uint_eq(stats.idle, 10 * MIB);
    ck_assert_uint_eq(stats.released, 8 * MIB);
    ck_assert_uint_eq(stats.stacks, 2 * MIB);
    ck_assert_uint_eq(stats.ready, 56 * MIB);
    ck_assert_uint_eq(stats.mapped, 61 * MIB);
}
END_TEST

/* While the first part is 0 the zeros in front could be one. */
START_TEST(parts_of_nothing_are_no_other_place)
{
    struct snug_memstats_place place;
    for (size_t part = 0; part < 3; part++) {
        set_up();
        for (size_t i = 0; i < 6; i++) {
            const uint64_t sum = words[STATS + i] + words[STATS + PART + i];
            words[STATS + i] = words[STATS + PART + i] = 0;
            words[STATS + part * PART + i] = sum;
        }
        ck_assert_int_eq(find(22, &place), 0);
        ck_assert_uint_eq(place.memstats, (uintptr_t)(words + STATS));
    }
}
END_TEST

static const struct row {
    const char *label;
    size_t at;
    uint64_t value;
} rows[] = {
    {"no GOGC", CONTROLLER, UINT64_MAX},
    {"another least heap", CONTROLLER + 2, 5 * MIB},
    {"no limit at all", CONTROLLER + 1, 0},
    {"no whole pages", CONTROLLER + 34, 40 * MIB + 1},
    {"more freed than allocated", CONTROLLER + 38, 901 * MIB},
    {"less mapped than in use", CONTROLLER + 39, 49 * MIB},
    {"another heap in use", CONTROLLER + 34, 40 * MIB + 8192},
    {"more is free", CONTROLLER + 36, 10 * MIB + 8192},
    {"more was given back", CONTROLLER + 35, 8 * MIB + 8192},
    {"another sum of the heap", STATS + 2, 40 * MIB},
    {"another sum of all", STATS, 53 * MIB},
};

START_TEST(what_only_looks_like_it_is_not_taken)
{
    struct snug_memstats_place place;
    words[rows[_i].at] = rows[_i].value;
    ck_assert_msg(find(22, &place) == -ENOENT, "%s", rows[_i].label);
}
END_TEST

START_TEST(of_two_none_is_taken)
{
    struct snug_memstats_place place;
    put_stats(STATS + 1000, PART);
    ck_assert_int_eq(find(22, &place), -ENOTUNIQ);
    set_up();
    put_controller(CONTROLLER + 200);
    ck_assert_int_eq(find(22, &place), -ENOTUNIQ);
}
END_TEST

START_TEST(each_release_has_its_layout)
{
    struct snug_memstats_place place;
    for (unsigned minor = 19; minor <= 27; minor++) {
        const size_t more = minor == 19 ? 4 : 0;
        const size_t less = minor == 20 ? 3 : 0;
        const size_t part = minor > 24 ? PART - 1 : PART;
        set_up();
        memset(words + STATS, 0, 1000 * sizeof *words);
        put_stats(STATS, part);
        memmove(words + CONTROLLER + 34 + more - less, words + CONTROLLER + 34,
                6 * sizeof *words);
        for (size_t i = 0; i < 34 + more; i++)
            if (i > 19 && (!less || i < 31))
                words[CONTROLLER + i] = 0;
        words[CONTROLLER + 19] = 0;
        words[CONTROLLER + 19 + more - less] = 33 * MIB;
        struct snug_memstats stats;
        ck_assert_msg(snug_memstats_knows(minor) && find(minor, &place) == 0, "1.%u",
                      minor);
        ck_assert_int_eq(snug_memstats_look(minor, &place, read_words, NULL, &stats), 0);
        ck_assert_uint_eq(stats.live, 33 * MIB);
        ck_assert_uint_eq(stats.ready, 56 * MIB);
        ck_assert_uint_eq(stats.stacks, 2 * MIB);
    }
    ck_assert(!snug_memstats_knows(0));
    ck_assert(!snug_memstats_knows(18));
    ck_assert(!snug_memstats_knows(28));
}
END_TEST

START_TEST(what_does_not_stand_still_is_not_told)
{
    struct snug_memstats_place place;
    struct snug_memstats stats;
    ck_assert_int_eq(find(22, &place), 0);
    is_busy = true;
    words[CONTROLLER + 34] += 8192;
    ck_assert_int_eq(snug_memstats_look(22, &place, read_words, NULL, &stats), -EAGAIN);
    is_unreadable = true;
    ck_assert_int_eq(snug_memstats_look(22, &place, read_words, NULL, &stats), -EIO);
    ck_assert_int_eq(find(22, &place), -EIO);
}
END_TEST

START_TEST(a_range_may_have_any_size)
{
    struct snug_memstats_place place;
    const uintptr_t start = (uintptr_t)words;
    ck_assert_int_eq(snug_memstats_find(22, start, start, read_words, NULL, &place),
                     -ENOENT);
    ck_assert_int_eq(snug_memstats_find(22, start + 8, start, read_words, NULL, &place),
                     -ENOENT);
    ck_assert_int_eq(snug_memstats_find(22, start + 1, start + 3, read_words, NULL, &place),
                     -ENOENT);
    ck_assert_int_eq(
        snug_memstats_find(22, start + 1, start + sizeof words, read_words, NULL, &place),
        0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memstats");
    TCase *tcase = tcase_create("memstats");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, it_is_found_and_read);
    tcase_add_test(tcase, parts_of_nothing_are_no_other_place);
    tcase_add_loop_test(tcase, what_only_looks_like_it_is_not_taken, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, of_two_none_is_taken);
    tcase_add_test(tcase, each_release_has_its_layout);
    tcase_add_test(tcase, what_does_not_stand_still_is_not_told);
    tcase_add_test(tcase, a_range_may_have_any_size);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
