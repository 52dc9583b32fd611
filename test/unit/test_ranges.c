/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which calls of mmap are for ranges of C code, and ranges that are aligned.
 */
#include <check.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snug/apply/align.h"
#include "snug/apply/ranges.h"
#include "suite.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows)[0])

enum {
    PAGE = 4096,
    MIB = 1 << 20,
    RW = PROT_READ | PROT_WRITE,
    ANON = MAP_PRIVATE | MAP_ANONYMOUS,
};

static const struct snug_range_plan plan = {.align_bytes = 2 * MIB};

static const struct match_row {
    const char *label;
    uintptr_t at;
    int prot, flags, fd;
    long offset;
    bool is_range;
} match_rows[] = {
    {"a range", 0, RW, ANON, -1, 0, true},
    {"a hint", PAGE, RW, ANON, -1, 0, false},
    {"a fixed address", PAGE, RW, ANON | MAP_FIXED, -1, 0, false},
    {"no access", 0, PROT_NONE, ANON, -1, 0, false},
    {"read only", 0, PROT_READ, ANON, -1, 0, false},
    {"code", 0, RW | PROT_EXEC, ANON, -1, 0, false},
    {"shared", 0, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0, false},
    {"a file", 0, RW, MAP_PRIVATE, 3, 0, false},
    {"a descriptor that does not count", 0, RW, ANON, 3, 0, false},
    {"an offset that does not count", 0, RW, ANON, -1, PAGE, false},
    {"locked", 0, RW, ANON | MAP_LOCKED, -1, 0, false},
    {"populated", 0, RW, ANON | MAP_POPULATE, -1, 0, false},
    {"a stack", 0, RW, ANON | MAP_STACK, -1, 0, false},
    {"one that grows", 0, RW, ANON | MAP_GROWSDOWN, -1, 0, false},
    {"huge pages", 0, RW, ANON | MAP_HUGETLB, -1, 0, false},
    {"no reserve", 0, RW, ANON | MAP_NORESERVE, -1, 0, false},
};

START_TEST(only_plain_new_memory_is_a_range)
{
    const struct match_row *row = &match_rows[_i];
    ck_assert_msg(snug_ranges_match((void *)row->at, row->prot, row->flags, row->fd,
                                    row->offset) == row->is_range,
                  "%s", row->label);
}
END_TEST

static bool is_mapped(const char *at)
{
    unsigned char is_there;
    return mincore((void *)at, PAGE, &is_there) == 0;
}

/* The mappings of this process at a moment, as the kernel tells them. */
static char maps[1 << 18];

static void record_maps(void)
{
    size_t n = 0;
    ssize_t got = 0;
    const int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (got = read(fd, maps + n, sizeof maps - 1 - n)) > 0)
        n += (size_t)got;
    ck_assert(fd >= 0 && got == 0 && n > 0 && n < sizeof maps - 1);
    maps[n] = 0;
    ck_assert_int_eq(close(fd), 0);
}

static bool was_mapped(const char *at)
{
    const char *line = maps;
    while (*line) {
        char *end;
        const uintptr_t first = strtoull(line, &end, 16);
        const uintptr_t behind = strtoull(end + 1, NULL, 16);
        if ((uintptr_t)at >= first && (uintptr_t)at < behind)
            return true;
        line = strchr(line, '\n') + 1;
    }
    return false;
}

static const struct align_row {
    const char *label;
    size_t n_bytes, align_bytes;
} align_rows[] = {
    {"just as long", 2 * MIB, 2 * MIB},       {"no multiple", 5 * MIB + PAGE, 2 * MIB},
    {"no whole pages", 2 * MIB + 1, 2 * MIB}, {"two pages", 2 * PAGE, 2 * PAGE},
    {"sixteen pages", MIB, 16 * PAGE},        {"large", 64 * MIB, 64 * MIB},
};

/* It has nothing of its own before it and behind it: what is mapped there was so before. */
START_TEST(an_aligned_range_is_that_and_nothing_more)
{
    const struct align_row *row = &align_rows[_i];
    const size_t whole = (row->n_bytes + PAGE - 1) / PAGE * PAGE;
    record_maps();
    char *at = snug_align_map(row->n_bytes, row->align_bytes, PAGE);
    ck_assert_ptr_nonnull(at);
    ck_assert_uint_eq((uintptr_t)at % row->align_bytes, 0);
    memset(at, 1, row->n_bytes);
    ck_assert(is_mapped(at) && is_mapped(at + whole - PAGE));
    ck_assert(!is_mapped(at - PAGE) || was_mapped(at - PAGE));
    ck_assert(!is_mapped(at + whole) || was_mapped(at + whole));
    ck_assert_int_eq(munmap(at, row->n_bytes), 0);
    ck_assert(!is_mapped(at) && !is_mapped(at + whole - PAGE));
}
END_TEST

START_TEST(a_length_without_room_is_not_aligned)
{
    ck_assert_ptr_null(snug_align_map(SIZE_MAX, 2 * MIB, PAGE));
    ck_assert_ptr_null(snug_align_map(SIZE_MAX - 2 * MIB, 2 * MIB, PAGE));
    ck_assert_ptr_null(snug_align_map((size_t)1 << 60, 2 * MIB, PAGE));
}
END_TEST

START_TEST(short_ranges_are_the_kernels_to_place)
{
    snug_ranges_arm(&plan, PAGE);
    ck_assert_ptr_null(snug_ranges_make(2 * MIB - 1));
    char *at = snug_ranges_make(2 * MIB);
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(munmap(at, 2 * MIB), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranges");
    TCase *tcase = tcase_create("ranges");
    tcase_add_loop_test(tcase, only_plain_new_memory_is_a_range, 0, N_ROWS(match_rows));
    tcase_add_loop_test(tcase, an_aligned_range_is_that_and_nothing_more, 0,
                        N_ROWS(align_rows));
    tcase_add_test(tcase, a_length_without_room_is_not_aligned);
    tcase_add_test(tcase, short_ranges_are_the_kernels_to_place);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
