/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where Go's build information is found in programs with much initialised data.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "image.h"
#include "snug/facts/program.h"

enum { MIB = 1 << 20, LARGE_BYTES = 12 * MIB, NOTE_AT = TEXT_AT };

static const struct {
    const char *label;
    size_t n_bytes; /* Of the writable segment. */
    size_t at;      /* The information, there. */
    bool has_note;
    bool is_known; /* If it is loaded; in a file it is always found. */
} depths[] = {
    {"first, as Go's linker puts it", LARGE_BYTES, 0, false, true},
    {"within 64 KiB", LARGE_BYTES, (64 << 10) - 16, false, true},
    {"last", LARGE_BYTES, LARGE_BYTES - 32, false, true},
    {"behind much C data", LARGE_BYTES, LARGE_BYTES - 3 * MIB, false, true},
    {"between much C data and much of Go's", LARGE_BYTES, LARGE_BYTES / 2, false, false},
    {"there, with a note", LARGE_BYTES, LARGE_BYTES / 2, true, true},
    {"right behind what is searched first", LARGE_BYTES, 64 << 10, true, true},
    {"anywhere in 4 MiB", 4 * MIB, 2 * MIB, false, true},
    {"anywhere in 4 MiB, late", 4 * MIB, 4 * MIB - 48, false, true},
    {"in odd lengths", (64 << 10) + 96, (64 << 10) + 16, false, true},
    {"at the start of little", 32, 0, false, true},
};

/* A program with so much data: headers, note, and the writable segment at DATA_AT. */
static uint8_t *make_large(size_t n_bytes, size_t info_at, bool has_note)
{
    uint8_t *ret = aligned_alloc(4096, LARGE_BYTES + DATA_AT);
    ck_assert_ptr_nonnull(ret);
    memset(ret, 0, LARGE_BYTES + DATA_AT);
    image_add_segment(1, PT_LOAD, PF_R | PF_W, DATA_AT, n_bytes);
    if (has_note)
        image_add_segment(2, PT_NOTE, PF_R, NOTE_AT, 44);
    /* Length of the owner's name and of what it says, type, name; two of them. */
    static const uint32_t notes[] = {4, 8, 5, 0x554e47, 0, 0, 4, 4, 4, 0x6f47, 0};
    memcpy(image + NOTE_AT, notes, sizeof notes);
    memcpy(ret, image, DATA_AT);
    memcpy(ret + DATA_AT + info_at, "\xff Go buildinf:\x08\x02", 16);
    return ret;
}

START_TEST(build_information_is_found_in_much_data)
{
    const size_t n_bytes = depths[_i].n_bytes;
    uint8_t *large = make_large(n_bytes, depths[_i].at, depths[_i].has_note);
    const uint64_t expected = ADDRESS + DATA_AT + depths[_i].at;
    struct snug_elf elf;
    ck_assert_int_eq(snug_elf_from_file(large, DATA_AT + n_bytes, &elf), 0);
    ck_assert_msg(snug_program_find_go(&elf) == expected, "%s, file", depths[_i].label);

    const void *headers = large + sizeof(Elf64_Ehdr);
    ck_assert_int_eq(snug_elf_from_memory(headers, N_SEGMENTS, &elf), 0);
    ck_assert_msg(snug_program_find_go(&elf) == (depths[_i].is_known ? expected : 0),
                  "%s, loaded", depths[_i].label);
    free(large);
}
END_TEST

static Suite *information_suite(void)
{
    Suite *suite = suite_create("information");
    TCase *data = tcase_create("data");
    tcase_add_checked_fixture(data, image_make, NULL);
    tcase_add_loop_test(data, build_information_is_found_in_much_data, 0,
                        sizeof depths / sizeof *depths);
    suite_add_tcase(suite, data);
    return suite;
}

int main(void)
{
    return suite_run(information_suite());
}
