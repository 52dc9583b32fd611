/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of recycled ranges, with real mappings.
 */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "snug/apply/cache.h"
#include "suite.h"

enum { PAGE = 4096, BOUND = 64 * PAGE, RESIDENT = 16 * PAGE, N_SLOTS = 128 };

static char *at;

/* Anew in each test, also where all run in one process. */
static void set_up(void)
{
    const struct snug_range_plan plan = {.cache_bytes = BOUND, .resident_bytes = RESIDENT};
    snug_cache_stop();
    snug_cache_arm(&plan, PAGE);
}

static char *map(size_t n_bytes)
{
    char *ret =
        mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(ret, MAP_FAILED);
    snug_cache_record(ret, n_bytes, true);
    memset(ret, 1, n_bytes);
    return ret;
}

static bool is_mapped(const char *range)
{
    unsigned char is_there;
    return mincore((void *)range, PAGE, &is_there) == 0;
}

static void check_zero(const char *range, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++)
        ck_assert_int_eq(range[i], 0);
}

START_TEST(what_is_kept_comes_back_clear)
{
    at = map(4 * PAGE);
    ck_assert(snug_cache_keep(at, 4 * PAGE));
    ck_assert_uint_eq(snug_cache_kept_bytes(), 4 * PAGE);
    ck_assert_ptr_null(snug_cache_take(3 * PAGE));
    ck_assert_ptr_eq(snug_cache_take(4 * PAGE), at);
    check_zero(at, 4 * PAGE);
    ck_assert_uint_eq(snug_cache_kept_bytes(), 0);
    ck_assert_ptr_null(snug_cache_take(4 * PAGE));
}
END_TEST

START_TEST(lengths_count_in_whole_pages)
{
    at = map(2 * PAGE);
    ck_assert(snug_cache_keep(at, PAGE + 1));
    ck_assert_ptr_eq(snug_cache_take(2 * PAGE - 1), at);
}
END_TEST

START_TEST(the_newest_comes_back_first)
{
    char *first = map(PAGE);
    char *second = map(PAGE);
    ck_assert(snug_cache_keep(second, PAGE) && snug_cache_keep(first, PAGE));
    ck_assert_ptr_eq(snug_cache_take(PAGE), first);
    ck_assert_ptr_eq(snug_cache_take(PAGE), second);
}
END_TEST

static const struct {
    const char *label;
    long skip, n_bytes;
} inexact_rows[] = {
    {"a part at the begin", 0, 3 * PAGE}, {"a part at the end", PAGE, 3 * PAGE},
    {"more than it", 0, 5 * PAGE},        {"nothing", 0, 0},
    {"no page's address", 1, 4 * PAGE},
};

START_TEST(only_an_exact_range_is_kept)
{
    at = map(4 * PAGE);
    ck_assert_msg(
        !snug_cache_keep(at + inexact_rows[_i].skip, (size_t)inexact_rows[_i].n_bytes),
        "%s", inexact_rows[_i].label);
    ck_assert(!snug_cache_keep(at, 4 * PAGE));
}
END_TEST

START_TEST(what_was_never_recorded_is_not_kept)
{
    at = map(PAGE);
    snug_cache_record(at, PAGE, false);
    ck_assert(!snug_cache_keep(at, PAGE));
    at = map(300 * PAGE);
    ck_assert(!snug_cache_keep(at, 300 * PAGE));
}
END_TEST

START_TEST(what_is_longer_than_the_bound_is_not_kept)
{
    at = map(BOUND + PAGE);
    ck_assert(!snug_cache_keep(at, BOUND + PAGE));
    at = map(BOUND);
    ck_assert(snug_cache_keep(at, BOUND));
}
END_TEST

START_TEST(the_oldest_makes_room_under_the_bound)
{
    char *range[9];
    for (int i = 0; i < 9; i++)
        range[i] = map(8 * PAGE);
    for (int i = 0; i < 9; i++) {
        ck_assert(snug_cache_keep(range[i], 8 * PAGE));
        ck_assert_uint_le(snug_cache_kept_bytes(), BOUND);
    }
    ck_assert(!is_mapped(range[0]));
    for (int i = 1; i < 9; i++)
        ck_assert(is_mapped(range[i]));
}
END_TEST

/* Lazyfree pages of this process, from its smaps_rollup. The kernel marks them in batches;
 * this advice, for a page of no interest, makes it finish one. */
static size_t lazy_bytes(void)
{
    static char page[2 * PAGE];
    (void)madvise(page + PAGE - (uintptr_t)page % PAGE, PAGE, MADV_COLD);
    char line[256];
    unsigned long kib = 0;
    FILE *smaps = fopen("/proc/self/smaps_rollup", "r");
    while (smaps && fgets(line, sizeof line, smaps))
        if (sscanf(line, "LazyFree: %lu kB", &kib) == 1)
            break;
    if (smaps)
        fclose(smaps);
    return kib << 10;
}

/* QEMU's user-mode emulation ignores the advice. */
static bool are_lazy_pages_told(void)
{
    char *page =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const size_t before = lazy_bytes();
    *page = 1;
    (void)madvise(page, PAGE, MADV_FREE);
    const size_t after = lazy_bytes();
    munmap(page, PAGE);
    return after > before;
}

START_TEST(all_but_the_newest_are_the_kernels_to_take)
{
    char *range[4];
    for (int i = 0; i < 4; i++)
        range[i] = map(8 * PAGE);
    const size_t before = lazy_bytes();
    for (int i = 0; i < 4; i++)
        ck_assert(snug_cache_keep(range[i], 8 * PAGE));
    ck_assert_uint_eq(lazy_bytes() - before, 16 * PAGE);
    for (int i = 3; i >= 0; i--) {
        ck_assert_ptr_eq(snug_cache_take(8 * PAGE), range[i]);
        check_zero(range[i], 8 * PAGE);
    }
}
END_TEST

START_TEST(what_is_forgotten_is_unmapped_if_it_was_kept)
{
    char *kept = map(2 * PAGE);
    char *handed_out = map(3 * PAGE);
    ck_assert(snug_cache_keep(kept, 2 * PAGE));
    snug_cache_forget(kept + PAGE, 1);
    snug_cache_forget(handed_out + PAGE, 1);
    ck_assert(!is_mapped(kept) && is_mapped(handed_out));
    ck_assert_uint_eq(snug_cache_kept_bytes(), 0);
    ck_assert(!snug_cache_keep(handed_out, 3 * PAGE));
}
END_TEST

START_TEST(neighbours_are_not_forgotten)
{
    at = map(3 * PAGE);
    snug_cache_record(at, PAGE, true);
    snug_cache_record(at + PAGE, PAGE, true);
    snug_cache_record(at + 2 * PAGE, PAGE, true);
    snug_cache_forget(at + PAGE, PAGE);
    ck_assert(snug_cache_keep(at, PAGE) && snug_cache_keep(at + 2 * PAGE, PAGE));
    snug_cache_forget(at + PAGE, PAGE);
    ck_assert_uint_eq(snug_cache_kept_bytes(), 2 * PAGE);
}
END_TEST

START_TEST(everything_overlaps_a_length_without_end)
{
    at = map(PAGE);
    ck_assert(snug_cache_keep(at, PAGE));
    snug_cache_forget(at - PAGE, SIZE_MAX);
    ck_assert(!is_mapped(at));
}
END_TEST

/* The kernel knows better than the table what is mapped. */
START_TEST(a_new_mapping_strikes_out_what_was_there)
{
    at = map(2 * PAGE);
    ck_assert(snug_cache_keep(at, 2 * PAGE));
    snug_cache_record(at, PAGE, false);
    ck_assert(is_mapped(at));
    ck_assert_uint_eq(snug_cache_kept_bytes(), 0);
    ck_assert_ptr_null(snug_cache_take(2 * PAGE));
}
END_TEST

START_TEST(the_newest_records_take_the_place_of_the_oldest)
{
    static char *range[N_SLOTS + 1];
    for (int i = 0; i <= N_SLOTS; i++)
        range[i] = map(PAGE);
    ck_assert(!snug_cache_keep(range[0], PAGE));
    for (int i = 1; i <= N_SLOTS; i++)
        ck_assert(snug_cache_keep(range[i], PAGE));
    ck_assert_uint_eq(snug_cache_kept_bytes(), BOUND);
}
END_TEST

START_TEST(kept_ranges_make_room_for_records)
{
    char *kept[BOUND / PAGE];
    for (int i = 0; i < BOUND / PAGE; i++)
        kept[i] = map(PAGE);
    for (int i = 0; i < BOUND / PAGE; i++)
        ck_assert(snug_cache_keep(kept[i], PAGE));
    for (int i = 0; i < N_SLOTS; i++)
        at = map(2 * PAGE);
    ck_assert_uint_eq(snug_cache_kept_bytes(), 0);
    ck_assert(snug_cache_keep(at, 2 * PAGE));
}
END_TEST

START_TEST(released_is_unmapped)
{
    at = map(PAGE);
    ck_assert(!snug_cache_release());
    ck_assert(snug_cache_keep(at, PAGE));
    ck_assert(snug_cache_release() && !is_mapped(at));
    ck_assert_uint_eq(snug_cache_kept_bytes(), 0);
}
END_TEST

START_TEST(stopped_is_stopped)
{
    at = map(PAGE);
    char *handed_out = map(PAGE);
    ck_assert(snug_cache_keep(at, PAGE));
    snug_cache_stop();
    ck_assert(!is_mapped(at));
    ck_assert(!snug_cache_keep(handed_out, PAGE));
    ck_assert_ptr_null(snug_cache_take(PAGE));
}
END_TEST

/* On a kernel with pages of 64 KiB a range of one byte has 64 KiB to clear. */
START_TEST(narrower_bounds_give_back_and_hold)
{
    const struct snug_range_plan narrow = {.cache_bytes = 4 * PAGE, .resident_bytes = PAGE};
    const struct snug_range_plan none = {0};
    char *larger = map(8 * PAGE);
    at = map(4 * PAGE);
    ck_assert(snug_cache_keep(at, 4 * PAGE));
    snug_cache_adjust(&narrow);
    ck_assert(!is_mapped(at));
    ck_assert(!snug_cache_keep(larger, 8 * PAGE));
    at = map(4 * PAGE);
    snug_cache_adjust(&none);
    ck_assert(snug_cache_keep(at, 4 * PAGE));

    snug_cache_stop();
    snug_cache_adjust(&narrow);
    at = map(4 * PAGE);
    ck_assert(!snug_cache_keep(at, 4 * PAGE));
}
END_TEST

START_TEST(large_pages_are_kept_whole)
{
    const struct snug_range_plan plan = {.cache_bytes = BOUND, .resident_bytes = RESIDENT};
    snug_cache_stop();
    snug_cache_arm(&plan, 16 * PAGE);
    at = map(16 * PAGE);
    ck_assert(snug_cache_keep(at, PAGE));
    ck_assert_uint_eq(snug_cache_kept_bytes(), 16 * PAGE);
    ck_assert_ptr_eq(snug_cache_take(1), at);
    check_zero(at, 16 * PAGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cache");
    TCase *tcase = tcase_create("cache");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, what_is_kept_comes_back_clear);
    tcase_add_test(tcase, lengths_count_in_whole_pages);
    tcase_add_test(tcase, the_newest_comes_back_first);
    tcase_add_loop_test(tcase, only_an_exact_range_is_kept, 0,
                        (int)(sizeof inexact_rows / sizeof *inexact_rows));
    tcase_add_test(tcase, what_was_never_recorded_is_not_kept);
    tcase_add_test(tcase, what_is_longer_than_the_bound_is_not_kept);
    tcase_add_test(tcase, the_oldest_makes_room_under_the_bound);
    if (are_lazy_pages_told())
        tcase_add_test(tcase, all_but_the_newest_are_the_kernels_to_take);
    tcase_add_test(tcase, what_is_forgotten_is_unmapped_if_it_was_kept);
    tcase_add_test(tcase, neighbours_are_not_forgotten);
    tcase_add_test(tcase, everything_overlaps_a_length_without_end);
    tcase_add_test(tcase, a_new_mapping_strikes_out_what_was_there);
    tcase_add_test(tcase, the_newest_records_take_the_place_of_the_oldest);
    tcase_add_test(tcase, kept_ranges_make_room_for_records);
    tcase_add_test(tcase, released_is_unmapped);
    tcase_add_test(tcase, stopped_is_stopped);
    tcase_add_test(tcase, narrower_bounds_give_back_and_hold);
    tcase_add_test(tcase, large_pages_are_kept_whole);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
