/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of reservations.
 */
#include "suite.h"
#include "snug/apply/arenas.h"

enum { MIB = 1 << 20 };

static const char *const base = (const char *)0xc000000000;

static bool have(size_t at_mib, size_t n_mib)
{
    return snug_arenas_have(base + at_mib * MIB, n_mib * MIB);
}

static void add(size_t at_mib, size_t n_mib)
{
    ck_assert(snug_arenas_add(base + at_mib * MIB, n_mib * MIB));
}

static void drop(size_t at_mib, size_t n_mib)
{
    snug_arenas_remove(base + at_mib * MIB, n_mib * MIB);
}

static const struct {
    const char *label;
    uintptr_t at;
    size_t n_bytes;
    bool is_growth;
} rows[] = {
    {"below", 0xc000000000 - 4 * MIB, 4 * MIB, false},
    {"behind", 0xc000000000 + 64 * MIB, 4 * MIB, false},
    {"over the end", 0xc000000000 + 60 * MIB, 8 * MIB, false},
    {"not a whole chunk", 0xc000000000, 4 * MIB - 4096, false},
    {"not at a chunk", 0xc000000000 + 4096, 4 * MIB, false},
    {"a page of a table", 0xc000000000, 4096, false},
    {"past the end of memory", 0xc000000000, (size_t)0 - 4 * MIB, false},
    {"the first chunk", 0xc000000000, 4 * MIB, true},
    {"the last chunk", 0xc000000000 + 60 * MIB, 4 * MIB, true},
    {"all of it", 0xc000000000, 64 * MIB, true},
};

START_TEST(growth_is_whole_chunks_inside)
{
    add(0, 64);
    ck_assert_msg(snug_arenas_have((const void *)rows[_i].at, rows[_i].n_bytes) ==
                      rows[_i].is_growth,
                  "%s", rows[_i].label);
}
END_TEST

START_TEST(nothing_is_had_before)
{
    ck_assert(!have(0, 4));
    drop(0, 64);
}
END_TEST

START_TEST(adjacent_reservations_are_one)
{
    add(64, 64);
    add(128, 64);
    add(0, 64);
    ck_assert(have(0, 192));
    ck_assert(!have(0, 196));
}
END_TEST

START_TEST(what_is_given_back_is_forgotten)
{
    add(0, 64);
    drop(0, 64);
    ck_assert(!have(0, 4));
    add(0, 64);
    ck_assert(have(0, 64));
}
END_TEST

START_TEST(both_ends_can_be_trimmed)
{
    /* As sysReserveAligned does: 128 MiB at any address, cut to 64 aligned ones. */
    ck_assert(snug_arenas_add(base + 4096, 128 * MIB));
    snug_arenas_remove(base + 4096, 64 * MIB - 4096);
    snug_arenas_remove(base + 128 * MIB, 4096);
    ck_assert(have(64, 64));
    ck_assert(!have(60, 4) && !have(128, 4));
}
END_TEST

START_TEST(a_hole_leaves_both_sides)
{
    add(0, 192);
    snug_arenas_remove(base + 66 * MIB, 4096); /* In the chunk at 64. */
    ck_assert(have(0, 64));
    ck_assert(have(68, 124));
    ck_assert(!have(64, 4));
}
END_TEST

START_TEST(a_range_may_cover_several)
{
    add(0, 64);
    add(128, 64);
    add(256, 64);
    drop(60, 200);
    ck_assert(have(0, 60) && !have(60, 4));
    ck_assert(!have(128, 4));
    ck_assert(have(260, 60) && !have(256, 4));
}
END_TEST

START_TEST(a_full_table_says_so_and_keeps_what_it_has)
{
    ck_assert(!snug_arenas_add(base, SNUG_ARENAS_MOST_BYTES + 64 * MIB));
    ck_assert(!have(0, 4));
    ck_assert(snug_arenas_add(base, SNUG_ARENAS_MOST_BYTES));
    ck_assert(snug_arenas_have(base, SNUG_ARENAS_MOST_BYTES));

    size_t i = SNUG_ARENAS_MAX / 2;
    while (snug_arenas_add(base + 64 * i * MIB, 64 * MIB))
        i++;
    ck_assert_uint_le(i, SNUG_ARENAS_MAX);
    ck_assert_uint_ge(i, SNUG_ARENAS_MAX - 64);
    ck_assert(!have(64 * i, 4));
    ck_assert(have(64 * (i - 1), 64));
    drop(64, 64);
    ck_assert(have(0, 64) && !have(64, 4) && have(128, 64));
    add(64, 64);
    ck_assert(have(0, 192));
}
END_TEST

START_TEST(arenas_of_one_place_in_the_table_are_told_apart)
{
    const size_t apart = 64 * (size_t)SNUG_ARENAS_MAX;
    add(0, 64);
    add(apart, 8);
    ck_assert(have(0, 64) && have(apart, 8) && !have(apart + 8, 4));
    drop(0, 64);
    ck_assert(!have(0, 4) && have(apart, 8));
    add(2 * apart, 64);
    ck_assert(have(2 * apart, 64) && !have(0, 4));
}
END_TEST

START_TEST(the_highest_address_fits)
{
    const char *top = (const char *)0xffffffff000000 - 64 * (size_t)MIB; /* 57 bits. */
    top = (const char *)((uintptr_t)top / (64 * MIB) * (64 * MIB));
    ck_assert(snug_arenas_add(top, 64 * MIB));
    ck_assert(snug_arenas_have(top + 60 * MIB, 4 * MIB));
    ck_assert(!snug_arenas_have(base, 4 * MIB));
}
END_TEST

/* Without fork mode, under valgrind, the last test's arenas are still there; those of a
 * full table keep their places for ever, so that test comes last. */
static void clear(void)
{
    snug_arenas_remove((const void *)4096, (size_t)1 << 42);
}

static Suite *arenas_suite(void)
{
    Suite *suite = suite_create("arenas");
    TCase *tcase = tcase_create("table");
    tcase_add_checked_fixture(tcase, clear, NULL);
    tcase_add_loop_test(tcase, growth_is_whole_chunks_inside, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, nothing_is_had_before);
    tcase_add_test(tcase, adjacent_reservations_are_one);
    tcase_add_test(tcase, what_is_given_back_is_forgotten);
    tcase_add_test(tcase, both_ends_can_be_trimmed);
    tcase_add_test(tcase, a_hole_leaves_both_sides);
    tcase_add_test(tcase, a_range_may_cover_several);
    tcase_add_test(tcase, arenas_of_one_place_in_the_table_are_told_apart);
    tcase_add_test(tcase, the_highest_address_fits);
    tcase_add_test(tcase, a_full_table_says_so_and_keeps_what_it_has);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(arenas_suite());
}
