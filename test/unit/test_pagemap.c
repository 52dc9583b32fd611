/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counting the words of a file that is laid out like /proc/PID/pagemap.
 */
#include "snug/cli/subject/pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "suite.h"

enum { PIECE = 512, N_PAGES = 8 * PIECE };

static uint64_t page;
static struct snug_pagemap map;

/* Whether that page is there: every other one of the second half, and some that are not,
 * but swapped, or of a file. */
static bool is_there(uint64_t i)
{
    return i >= N_PAGES / 2 && i % 2;
}

static void set_up(void)
{
    static uint64_t word[N_PAGES];
    page = (uint64_t)sysconf(_SC_PAGESIZE);
    for (uint64_t i = 0; i < N_PAGES; i++)
        word[i] = is_there(i) ? (uint64_t)1 << 63 | i : (uint64_t)1 << 62 | i;
    map = (struct snug_pagemap){.fd = memfd_create("pagemap", 0)};
    ck_assert_int_eq(write(map.fd, word, sizeof word), sizeof word);
}

static void tear_down(void)
{
    close(map.fd);
}

START_TEST(what_is_there_is_counted)
{
    static const struct {
        uint64_t start;
        uint64_t end;
    } ranges[] = {{0, N_PAGES}, {0, 1},       {PIECE / 2, 3 * PIECE},
                  {7, 7},       {2047, 2050}, {N_PAGES - 3, N_PAGES}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        uint64_t n = 0;
        uint64_t n_bytes;
        for (uint64_t k = ranges[i].start; k < ranges[i].end; k++)
            n += is_there(k);
        ck_assert_int_eq(snug_pagemap_count(&map, ranges[i].start * page,
                                            ranges[i].end * page, &n_bytes),
                         0);
        ck_assert_uint_eq(n_bytes, n * page);
    }
}
END_TEST

START_TEST(one_piece_stands_for_several)
{
    uint64_t n_bytes;
    map.stride = 4;
    ck_assert_int_eq(snug_pagemap_count(&map, 0, N_PAGES * page, &n_bytes), 0);
    ck_assert_uint_eq(n_bytes, 4 * PIECE / 2 * page); /* Pieces 0 and 4. */
    map.phase = 3;
    ck_assert_int_eq(snug_pagemap_count(&map, 0, PIECE * page, &n_bytes), 0);
    ck_assert_uint_eq(n_bytes, 0);
    ck_assert_uint_eq(map.phase, 4);
}
END_TEST

START_TEST(a_stack_is_read_from_its_end_on)
{
    uint64_t n_bytes;
    /* The last piece of these, and that before it, which is empty. */
    ck_assert_int_eq(snug_pagemap_count_stack(&map, 0, (N_PAGES / 2 + 4) * page, &n_bytes),
                     0);
    ck_assert_uint_eq(n_bytes, 2 * page);
    ck_assert_int_eq(snug_pagemap_count_stack(&map, 0, N_PAGES / 2 * page, &n_bytes), 0);
    ck_assert_uint_eq(n_bytes, 0);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
    uint64_t n_bytes;
    const struct snug_pagemap closed = map;
    map.fd = -1;
    ck_assert_int_eq(snug_pagemap_count(&map, 0, page, &n_bytes), -EBADF);
    ck_assert_int_eq(snug_pagemap_count_stack(&map, 0, page, &n_bytes), -EBADF);
    map = closed;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pagemap");
    TCase *tcase = tcase_create("pagemap");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, what_is_there_is_counted);
    tcase_add_test(tcase, one_piece_stands_for_several);
    tcase_add_test(tcase, a_stack_is_read_from_its_end_on);
    tcase_add_test(tcase, what_cannot_be_read_is_an_error);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
