/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A composed table of functions, in both layouts, as if it were loaded; and each way in
 * which a damaged one is refused.
 */
#include <check.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/facts/pclntab.h"

#if defined(__aarch64__)
enum { INSTRUCTION_BYTES = 4 };
#else
enum { INSTRUCTION_BYTES = 1 };
#endif

#define NAME  "runtime.GOMAXPROCS"
#define ENTRY 0x140ull /* Of the function in the text. */

/* The read-only part, the code, and the writable part of a program. */
static struct {
    struct {
        uint8_t header[72];
        char names[64];
        uint32_t units[2];
        char files[8];
        uint8_t numbers[8];
        /* The list of functions stands at the table's own start. */
        union {
            uint32_t offset[32];
            uint64_t word[16];
        } table;
    } constant;
    uint8_t text[512];
    struct {
        uint64_t noise[9];
        uint64_t module[32];
        uint64_t rest[24]; /* What comes before may not be half a module. */
    } data;
} image;

static Elf64_Phdr segments[3];
static struct snug_elf elf;

static uint64_t address_of(const void *at)
{
    return (uintptr_t)at;
}

static void put_slice(unsigned at, const void *start, uint64_t n)
{
    image.data.module[at] = address_of(start);
    image.data.module[at + 1] = n;
    image.data.module[at + 2] = n;
}

static Elf64_Phdr segment_of(const void *start, size_t n_bytes, uint32_t flags)
{
    return (Elf64_Phdr){.p_type = PT_LOAD,
                        .p_flags = flags,
                        .p_vaddr = address_of(start) - elf.bias,
                        .p_filesz = n_bytes,
                        .p_memsz = n_bytes};
}

/* Three functions: "main.main", the one, "runtime.GOMAXPROCSX". */
static void make(uint8_t magic)
{
    enum { N_FUNCTIONS = 3 };
    static const char names[] = "main.main\0" NAME "\0" NAME "X";
    const bool has_offsets = magic != 0xfa;
    memset(&image, 0, sizeof image);
    memset(image.data.noise, 0x55, sizeof image.data.noise);
    memcpy(image.constant.header,
           (uint8_t[]){magic, 0xff, 0xff, 0xff, 0, 0, INSTRUCTION_BYTES, 8}, 8);
    memcpy(image.constant.names, names, sizeof names);

    const uint32_t name_at[N_FUNCTIONS] = {0, 10, 29};
    const uint64_t entry[N_FUNCTIONS + 1] = {0, ENTRY, ENTRY + 32, sizeof image.text};
    for (unsigned i = 0; i <= N_FUNCTIONS; i++) {
        const uint32_t description = 72 + 16 * i;
        if (has_offsets) {
            image.constant.table.offset[2 * i] = (uint32_t)entry[i];
            image.constant.table.offset[2 * i + 1] = description;
        } else {
            image.constant.table.word[2 * i] = address_of(image.text) + entry[i];
            image.constant.table.word[2 * i + 1] = description;
        }
        if (i < N_FUNCTIONS)
            image.constant.table.offset[description / 4 + (has_offsets ? 1 : 2)] =
                name_at[i];
    }

    image.data.module[0] = address_of(image.constant.header);
    put_slice(1, image.constant.names, sizeof names);
    put_slice(4, image.constant.units, 2);
    put_slice(7, image.constant.files, sizeof image.constant.files);
    put_slice(10, image.constant.numbers, sizeof image.constant.numbers);
    put_slice(13, &image.constant.table, sizeof image.constant.table);
    put_slice(16, &image.constant.table, N_FUNCTIONS + 1);
    image.data.module[20] = address_of(image.text);
    image.data.module[21] = address_of(image.text) + sizeof image.text;
    image.data.module[22] = address_of(image.text);
    image.data.module[30] = address_of(image.data.rest);
    image.data.module[31] = address_of(image.data.rest + 24);

    elf = (struct snug_elf){.phdr = segments, .n_phdr = 3, .bias = 0x1000, .is_pie = true};
    segments[0] = segment_of(&image.constant, sizeof image.constant, PF_R);
    segments[1] = segment_of(image.text, sizeof image.text, PF_R | PF_X);
    segments[2] = segment_of(&image.data, sizeof image.data, PF_R | PF_W);
}

static int find_name(const char *name, uintptr_t *ret_address)
{
    struct snug_module module;
    const int r = snug_module_find(&elf, &module);
    return r < 0 ? r : snug_pclntab_find(&elf, &module, name, ret_address);
}

static int find(void)
{
    uintptr_t address = 1;
    const int r = find_name(NAME, &address);
    ck_assert_uint_eq(address, r == 0 ? address_of(image.text) + ENTRY : 1);
    return r;
}

static const uint8_t magics[] = {0xfa, 0xf0, 0xf1};

START_TEST(a_function_is_found_in_every_known_layout)
{
    make(magics[_i]);
    ck_assert_int_eq(find(), 0);
    uintptr_t address;
    ck_assert_int_eq(find_name(NAME "Y", &address), -ENOENT);
    ck_assert_int_eq(find_name("runtime.GOMAXPROC", &address), -ENOENT);
}
END_TEST

static const struct {
    const char *label;
    size_t at; /* Of `image`. */
    uint8_t byte;
} damages[] = {
    {"an older magic", 0, 0xfb},
    {"a newer magic", 0, 0xf2},
    {"another byte order", 0, 0xff},
    {"padding", 4, 1},
    {"instructions of three bytes", 6, 3},
    {"pointers of four bytes", 7, 4},
    {"no list of functions", offsetof(__typeof__(image), data.module[17]), 0},
    {"length and capacity differ", offsetof(__typeof__(image), data.module[3]), 1},
    {"no code", offsetof(__typeof__(image), data.module[21]), 0},
};

START_TEST(a_damaged_table_is_refused)
{
    make(0xf1);
    uint8_t *at = (uint8_t *)&image + damages[_i].at;
    *at = damages[_i].byte;
    if (!damages[_i].byte)
        memset(at, 0, 8);
    ck_assert_msg(find() == -ENOTSUP, "%s", damages[_i].label);
}
END_TEST

START_TEST(an_address_outside_the_code_is_refused)
{
    make(0xf1);
    image.data.module[22] += sizeof image.text;
    ck_assert_int_eq(find(), -ENOTSUP);
    make(0xf1);
    segments[1].p_flags = PF_R;
    ck_assert_int_eq(find(), -ENOTSUP);
}
END_TEST

START_TEST(nothing_is_read_outside_the_image)
{
    /* Every word of module data and table takes values that point anywhere. */
    static const uint64_t wild[] = {0, 1, 8, UINT32_MAX, 1ull << 47, INT64_MAX, UINT64_MAX};
    for (unsigned m = 0; m < sizeof magics; m++)
        for (unsigned i = 0; i < 32 + 16; i++)
            for (unsigned w = 0; w < sizeof wild / sizeof *wild; w++) {
                make(magics[m]);
                uint64_t *word =
                    i < 32 ? &image.data.module[i] : &image.constant.table.word[i - 32];
                *word = wild[w];
                uintptr_t address;
                (void)find_name(NAME, &address);
                make(magics[m]);
                *word += wild[w];
                if (i < 18 && i % 3 == 2) /* So that capacity and length agree. */
                    word[1] = *word;
                (void)find_name(NAME, &address);
            }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pclntab");
    TCase *tcase = tcase_create("pclntab");
    tcase_add_loop_test(tcase, a_function_is_found_in_every_known_layout, 0, sizeof magics);
    tcase_add_loop_test(tcase, a_damaged_table_is_refused, 0,
                        sizeof damages / sizeof *damages);
    tcase_add_test(tcase, an_address_outside_the_code_is_refused);
    tcase_add_test(tcase, nothing_is_read_outside_the_image);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
