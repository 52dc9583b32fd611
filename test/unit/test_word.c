/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A word in the writable data of an image.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/apply/word.h"

enum { N_WORDS = 64 };

static const uint64_t value = 241169739;

static _Alignas(8) uint64_t constant[N_WORDS];
static _Alignas(8) uint64_t data[N_WORDS];
static Elf64_Phdr segments[3];
static const struct snug_elf elf = {.phdr = segments, .n_phdr = 3, .bias = 0x1000};
static _Atomic uint64_t *word;

static Elf64_Phdr segment_of(uint32_t type, const uint64_t *start, uint64_t n_words,
                             uint32_t flags)
{
    return (Elf64_Phdr){.p_type = type,
                        .p_flags = flags,
                        .p_vaddr = (uintptr_t)start - elf.bias,
                        .p_filesz = n_words * 4, /* The other half is bss. */
                        .p_memsz = n_words * 8};
}

static void set_up(void)
{
    memset(constant, 0, sizeof constant);
    memset(data, 0, sizeof data);
    segments[0] = segment_of(PT_LOAD, constant, N_WORDS, PF_R);
    segments[1] = segment_of(PT_LOAD, data, N_WORDS - 1, PF_R | PF_W);
    segments[2] = segment_of(PT_GNU_RELRO, data, 8, PF_R);
    word = NULL;
}

static const unsigned places[] = {8, 9, N_WORDS / 2, N_WORDS - 2};

START_TEST(the_one_word_is_found_in_data_and_bss)
{
    data[places[_i]] = value;
    ck_assert_uint_eq(snug_word_find(&elf, value, &word), 1);
    ck_assert_ptr_eq((void *)word, &data[places[_i]]);
}
END_TEST

START_TEST(two_are_two_wherever_they_stand)
{
    data[9] = value;
    data[N_WORDS - 2] = value;
    ck_assert_uint_eq(snug_word_find(&elf, value, &word), 2);
    ck_assert_ptr_eq((void *)word, &data[9]);
}
END_TEST

START_TEST(what_cannot_be_written_or_is_not_the_images_does_not_count)
{
    constant[9] = value;
    data[0] = value;
    data[7] = value;
    data[N_WORDS - 1] = value;
    ck_assert_uint_eq(snug_word_find(&elf, value, &word), 0);
    ck_assert_ptr_null((void *)word);
}
END_TEST

START_TEST(a_value_across_two_words_does_not_count)
{
    memcpy((char *)&data[9] + 4, &value, sizeof value);
    ck_assert_uint_eq(snug_word_find(&elf, value, &word), 0);
}
END_TEST

START_TEST(a_segment_that_begins_anywhere_is_searched_by_whole_words)
{
    segments[1].p_vaddr += 3;
    segments[2].p_memsz = 0;
    data[0] = value;
    ck_assert_uint_eq(snug_word_find(&elf, value, &word), 0);
    data[1] = value;
    ck_assert_uint_eq(snug_word_find(&elf, value, &word), 1);
    ck_assert_ptr_eq((void *)word, &data[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("word");
    TCase *tcase = tcase_create("word");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, the_one_word_is_found_in_data_and_bss, 0,
                        sizeof places / sizeof *places);
    tcase_add_test(tcase, two_are_two_wherever_they_stand);
    tcase_add_test(tcase, what_cannot_be_written_or_is_not_the_images_does_not_count);
    tcase_add_test(tcase, a_value_across_two_words_does_not_count);
    tcase_add_test(tcase, a_segment_that_begins_anywhere_is_searched_by_whole_words);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
