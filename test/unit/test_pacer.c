/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The runtime's words as they are before the program's first code, among what looks like
 * them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "suite.h"
#include "snug/facts/pacer.h"

enum { N_WORDS = 192 << 10, PAGE_WORDS = 512, AT = 3 * PAGE_WORDS + 7, N_PACER = 43 };

#define MIB (1ull << 20)

static const uint64_t limit = 230 * MIB;

static uint64_t *data; /* Whole pages. */
static Elf64_Phdr segment;
static const struct snug_elf elf = {.phdr = &segment, .n_phdr = 1, .bias = 0x1000};
static struct snug_module module;
static struct snug_pacer pacer;

static void set_up(void)
{
    data =
        mmap(NULL, N_WORDS * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(data, MAP_FAILED);
    segment = (Elf64_Phdr){.p_type = PT_LOAD,
                           .p_flags = PF_R | PF_W,
                           .p_vaddr = (uintptr_t)data - elf.bias,
                           .p_memsz = N_WORDS * 8};
    module = (struct snug_module){.zeroed = (uintptr_t)(data + PAGE_WORDS),
                                  .zeroed_end = (uintptr_t)(data + N_WORDS)};
    pacer = (struct snug_pacer){0};
}

static void tear_down(void)
{
    ck_assert_int_eq(munmap(data, N_WORDS * 8), 0);
}

/* As by Go 1.19 to 1.27, each of which a debugger was asked. */
static const struct {
    unsigned first;
    unsigned last;
    unsigned triggered;
    unsigned live;
    unsigned ready;
} releases[] = {{19, 19, 14, 22, 42}, {20, 20, 7, 15, 35}, {21, 27, 10, 18, 38}};

enum { N_RELEASES = sizeof releases / sizeof *releases };

static void put(unsigned at, unsigned release, uint64_t gogc, uint64_t minimum)
{
    data[at - 1] = gogc;
    data[at] = limit;
    data[at + 1] = minimum;
    data[at + releases[release].triggered] = UINT64_MAX;
    data[at + releases[release].ready] = 3 * MIB;
}

static unsigned find(unsigned go_minor)
{
    return snug_pacer_find(&elf, &module, go_minor, limit, &pacer);
}

START_TEST(each_release_has_its_words_found)
{
    put(AT, (unsigned)_i, 100, 4 * MIB);
    for (unsigned minor = 19; minor <= 27; minor++) {
        const bool is_own = minor >= releases[_i].first && minor <= releases[_i].last;
        ck_assert_uint_eq(find(minor), is_own);
        if (!is_own)
            continue;
        ck_assert_ptr_eq((void *)pacer.limit, &data[AT]);
        ck_assert_ptr_eq((const void *)pacer.live, &data[AT + releases[_i].live]);
        ck_assert_ptr_eq((const void *)pacer.ready, &data[AT + releases[_i].ready]);
    }
}
END_TEST

static const unsigned unknown[] = {0, 28};

START_TEST(an_unknown_release_has_its_limit_found_if_it_looks_like_the_newest)
{
    put(AT, N_RELEASES - 1, 100, 4 * MIB);
    ck_assert_uint_eq(find(unknown[_i]), 1);
    ck_assert_ptr_eq((void *)pacer.limit, &data[AT]);
    ck_assert_ptr_null((const void *)pacer.live);
    ck_assert_ptr_null((const void *)pacer.ready);
    memset(data, 0, N_WORDS * 8);
    put(AT, 0, 100, 4 * MIB);
    ck_assert_uint_eq(find(unknown[_i]), 0);
}
END_TEST

static const struct {
    const char *label;
    uint64_t gogc;
    uint64_t minimum;
    unsigned n;
} percents[] = {
    {"another product", 100, 4 * MIB + 1, 0},
    {"another percentage", 50, 4 * MIB, 0},
    {"less than off", UINT32_MAX - 1, (4 * MIB * (0 - 2ull)) / 100, 0},
    {"more than 32 bits", 100 | 1ull << 32, 4 * MIB, 0},
    {"the limit on both sides", 230 * MIB, 230 * MIB, 0},
    {"nothing on both sides", 0, 1, 0},
    {"GOGC=100", 100, 4 * MIB, 1},
    {"GOGC=0", 0, 0, 1},
    {"GOGC=50", 50, 2 * MIB, 1},
    {"GOGC=2147483647", INT32_MAX, 4 * MIB *INT32_MAX / 100, 1},
    {"GOGC=off", UINT32_MAX, (0 - 4 * MIB) / 100, 1},
    {"GOEXPERIMENT=heapminimum512kib", 100, MIB / 2, 1},
};

START_TEST(gogc_stands_before_it_and_what_follows_from_that_behind)
{
    put(AT, 2, percents[_i].gogc, percents[_i].minimum);
    ck_assert_msg(find(22) == percents[_i].n, "%s", percents[_i].label);
}
END_TEST

START_TEST(a_program_that_has_run_is_not_looked_at)
{
    put(AT, 2, 100, 4 * MIB);
    data[AT + releases[2].triggered] = 4 * MIB; /* A collection has begun. */
    ck_assert_uint_eq(find(22), 0);
    put(AT, 2, 100, 4 * MIB);
    data[AT + releases[2].ready] = 0;
    ck_assert_uint_eq(find(22), 0);
    put(AT, 2, 100, 4 * MIB);
    data[AT] -= 8; /* Somebody has set another limit. */
    ck_assert_uint_eq(find(22), 0);
}
END_TEST

START_TEST(copies_of_the_limit_are_no_limit)
{
    for (unsigned i = 0; i < N_WORDS; i++)
        data[i] = limit;
    ck_assert_uint_eq(find(22), 0);
    put(AT, 2, 100, 4 * MIB);
    ck_assert_uint_eq(find(22), 1);
    ck_assert_ptr_eq((void *)pacer.limit, &data[AT]);
}
END_TEST

START_TEST(two_that_look_alike_are_two)
{
    put(AT, 2, 100, 4 * MIB);
    put(AT + 2 * N_PACER, 2, 100, 4 * MIB);
    ck_assert_uint_eq(find(22), 2);
}
END_TEST

static const struct {
    const char *label;
    unsigned at;
    unsigned n;
} places[] = {
    {"before Go's variables", PAGE_WORDS - 1, 0},
    {"half before them", PAGE_WORDS, 0},
    {"behind the first MiB", PAGE_WORDS + (128 << 10), 0},
    {"half behind their end", N_WORDS - 30, 0},
    {"their first", PAGE_WORDS + 1, 1},
    {"the last of the first MiB", PAGE_WORDS + (128 << 10) - 39, 1},
};

START_TEST(only_gos_own_variables_are_looked_at_and_only_the_small_ones)
{
    if (places[_i].at + N_PACER >
        N_WORDS) /* What is behind the end is not there to be seen. */
        module.zeroed_end -= 64 * 8;
    put(places[_i].at - (places[_i].at + N_PACER > N_WORDS ? 64 : 0), 2, 100, 4 * MIB);
    ck_assert_msg(find(22) == places[_i].n, "%s", places[_i].label);
}
END_TEST

static const uint64_t wild[] = {0, 1, 8, UINT32_MAX, 1ull << 47, INT64_MAX, UINT64_MAX};

START_TEST(a_module_that_points_elsewhere_is_not_followed)
{
    put(AT, 2, 100, 4 * MIB);
    const struct snug_module right = module;
    module.zeroed = wild[_i];
    ck_assert_uint_eq(find(22), 0);
    module = right;
    module.zeroed_end = wild[_i];
    ck_assert_uint_eq(find(22), 0);
}
END_TEST

START_TEST(a_page_that_cannot_be_read_is_not)
{
    put(AT, 2, 100, 4 * MIB);
    ck_assert_int_eq(mprotect(data + 5 * PAGE_WORDS, PAGE_WORDS * 8, PROT_NONE), 0);
    ck_assert_uint_eq(find(22), 0);
    ck_assert_int_eq(
        mprotect(data + 5 * PAGE_WORDS, PAGE_WORDS * 8, PROT_READ | PROT_WRITE), 0);
    ck_assert_uint_eq(find(22), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pacer");
    TCase *tcase = tcase_create("pacer");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, each_release_has_its_words_found, 0, N_RELEASES);
    tcase_add_loop_test(tcase,
                        an_unknown_release_has_its_limit_found_if_it_looks_like_the_newest,
                        0, sizeof unknown / sizeof *unknown);
    tcase_add_loop_test(tcase, gogc_stands_before_it_and_what_follows_from_that_behind, 0,
                        sizeof percents / sizeof *percents);
    tcase_add_test(tcase, a_program_that_has_run_is_not_looked_at);
    tcase_add_test(tcase, copies_of_the_limit_are_no_limit);
    tcase_add_test(tcase, two_that_look_alike_are_two);
    tcase_add_loop_test(tcase, only_gos_own_variables_are_looked_at_and_only_the_small_ones,
                        0, sizeof places / sizeof *places);
    tcase_add_loop_test(tcase, a_module_that_points_elsewhere_is_not_followed, 0,
                        sizeof wild / sizeof *wild);
    tcase_add_test(tcase, a_page_that_cannot_be_read_is_not);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
