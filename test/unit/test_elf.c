/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small composed ELF image, as a file and as if it were loaded.
 */
#include <check.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/base/elf.h"

#define BASE 0x10000ull

/* Everything that snug looks at in an image, in one readable segment. */
struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segment[4];
    Elf64_Dyn dynamic[8];
    Elf64_Sym symbol[4];
    uint32_t hash[2];
    char strings[64];
};

#define AT(field) (BASE + offsetof(struct image, field))

/* "" at 0, "mmap" at 1, "munmap" at 6, "libc.so.6" at 13, "libm.so.6" at 23. */
static const char strings[] = "\0mmap\0munmap\0libc.so.6\0libm.so.6\0read";

static struct image good_image(void)
{
    struct image ret = {
        .header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB},
                   .e_type = ET_DYN,
                   .e_machine = EM_X86_64,
                   .e_phoff = offsetof(struct image, segment),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 4},
        .segment = {{.p_type = PT_PHDR, .p_vaddr = AT(segment)},
                    {.p_type = PT_LOAD,
                     .p_flags = PF_R,
                     .p_vaddr = BASE,
                     .p_filesz = sizeof(struct image),
                     .p_memsz = sizeof(struct image)},
                    {.p_type = PT_DYNAMIC, .p_vaddr = AT(dynamic)},
                    {.p_type = PT_LOAD,
                     .p_flags = PF_W,
                     .p_vaddr = 2 * BASE,
                     .p_filesz = 8,
                     .p_memsz = 8}},
        .dynamic = {{DT_STRTAB, {AT(strings)}},
                    {DT_STRSZ, {sizeof strings}},
                    {DT_SYMTAB, {AT(symbol)}},
                    {DT_HASH, {AT(hash)}},
                    {DT_NEEDED, {13}},
                    {DT_NEEDED, {23}},
                    {DT_FLAGS_1, {7}},
                    {DT_NULL, {0}}},
        .symbol = {{0},
                   {.st_name = 1, .st_shndx = SHN_UNDEF},
                   {.st_name = 6, .st_shndx = 1},
                   {.st_name = 33, .st_shndx = SHN_UNDEF}},
        .hash = {1, 4},
    };
    memcpy(ret.strings, strings, sizeof strings);
    return ret;
}

static struct image image;
static struct snug_elf elf;

static void open_image(void)
{
    image = good_image();
    ck_assert_int_eq(snug_elf_from_file((const uint8_t *)&image, sizeof image, &elf), 0);
}

#define FIELD(field, value)                                  \
    {                                                        \
#field, offsetof(struct image, header.field),        \
            sizeof((struct image *)0)->header.field, (value) \
    }

static const struct {
    const char *label;
    size_t offset;
    size_t n_bytes;
    uint64_t value;
} damages[] = {
    {"magic", 0, 1, 'E'},
    {"class", EI_CLASS, 1, ELFCLASS32},
    {"byte order", EI_DATA, 1, ELFDATA2MSB},
    FIELD(e_type, ET_REL),
    FIELD(e_type, ET_CORE),
    FIELD(e_machine, EM_386),
    FIELD(e_phentsize, 32),
    FIELD(e_phnum, 0xffff),
    FIELD(e_phoff, sizeof(struct image)),
    FIELD(e_phoff, UINT64_MAX - 7),
    FIELD(e_phoff, offsetof(struct image, segment) + 4),
};

START_TEST(a_damaged_header_is_no_image)
{
    memcpy((char *)&image + damages[_i].offset, &damages[_i].value, damages[_i].n_bytes);
    ck_assert_msg(snug_elf_from_file((const uint8_t *)&image, sizeof image, &elf) ==
                      -ENOEXEC,
                  "%s", damages[_i].label);
}
END_TEST

START_TEST(a_file_that_is_cut_off_is_no_image)
{
    const size_t n_needed = offsetof(struct image, dynamic);
    for (size_t n = 0; n <= n_needed; n++) {
        uint8_t *part = malloc(n + !n);
        ck_assert_ptr_nonnull(part);
        memcpy(part, &image, n);
        ck_assert_int_eq(snug_elf_from_file(part, n, &elf), n < n_needed ? -ENOEXEC : 0);
        free(part);
    }
}
END_TEST

START_TEST(a_position_independent_image_is_known)
{
    ck_assert(elf.is_pie);
    image.header.e_type = ET_EXEC;
    ck_assert_int_eq(snug_elf_from_file((const uint8_t *)&image, sizeof image, &elf), 0);
    ck_assert(!elf.is_pie);
}
END_TEST

static const struct {
    uint64_t vaddr;
    uint64_t n_bytes;
    bool is_inside;
} places[] = {
    {0, 1, false},
    {BASE - 1, 1, false},
    {BASE - 1, 2, false},
    {BASE, sizeof(struct image) + 1, false},
    {BASE + sizeof(struct image), 1, false},
    {BASE + 8, UINT64_MAX, false},
    {UINT64_MAX, 1, false},
    {UINT64_MAX, UINT64_MAX, false},
    {2 * BASE, 1, false}, /* Not readable. */
    {BASE, 0, true},
    {BASE, 1, true},
    {BASE, sizeof(struct image), true},
    {BASE + sizeof(struct image) - 1, 1, true},
};

START_TEST(only_what_a_readable_segment_holds_is_handed_out)
{
    const char *expected = (const char *)&image + (places[_i].vaddr - BASE);
    const void *at = snug_elf_at(&elf, places[_i].vaddr, places[_i].n_bytes);
    ck_assert_ptr_eq(at, places[_i].is_inside ? expected : NULL);
}
END_TEST

START_TEST(a_segment_beyond_the_file_is_not_handed_out)
{
    image.segment[1].p_offset = 64;
    ck_assert_ptr_null(snug_elf_at(&elf, BASE, sizeof image));
    ck_assert_ptr_nonnull(snug_elf_at(&elf, BASE, sizeof image - 64));
    image.segment[1].p_offset = UINT64_MAX;
    ck_assert_ptr_null(snug_elf_at(&elf, BASE + 8, 1));
}
END_TEST

START_TEST(what_is_not_in_the_file_is_not_handed_out)
{
    image.segment[1].p_filesz = 64;
    ck_assert_ptr_null(snug_elf_at(&elf, BASE + 64, 1));
    ck_assert_ptr_nonnull(snug_elf_at(&elf, BASE + 63, 1));
}
END_TEST

START_TEST(segments_are_found_by_type)
{
    ck_assert_ptr_eq(snug_elf_segment(&elf, PT_LOAD), &image.segment[1]);
    ck_assert_ptr_null(snug_elf_segment(&elf, PT_INTERP));
}
END_TEST

START_TEST(dynamic_entries_are_found_by_tag)
{
    uint64_t value = 0;
    ck_assert(snug_elf_dynamic(&elf, DT_FLAGS_1, &value));
    ck_assert_uint_eq(value, 7);
    ck_assert(!snug_elf_dynamic(&elf, DT_DEBUG, &value));
    ck_assert(!snug_elf_dynamic(&elf, DT_NULL, &value));
    image.segment[2].p_type = PT_NULL;
    ck_assert(!snug_elf_dynamic(&elf, DT_FLAGS_1, &value));
}
END_TEST

START_TEST(needed_libraries_are_told_in_order)
{
    ck_assert(snug_text_equals(snug_elf_needed(&elf, 0), "libc.so.6"));
    ck_assert(snug_text_equals(snug_elf_needed(&elf, 1), "libm.so.6"));
    ck_assert_ptr_null(snug_elf_needed(&elf, 2).at);
}
END_TEST

START_TEST(a_name_without_an_end_is_no_name)
{
    image.dynamic[1].d_un.d_val = 13 + 4; /* "libc" and no more. */
    ck_assert_ptr_null(snug_elf_needed(&elf, 0).at);
    image.dynamic[1].d_un.d_val = UINT64_MAX;
    ck_assert_ptr_null(snug_elf_needed(&elf, 0).at);
}
END_TEST

static void assert_imports(void)
{
    ck_assert(snug_elf_imports(&elf, "mmap"));
    ck_assert(!snug_elf_imports(&elf, "munmap")); /* It defines that. */
    ck_assert(!snug_elf_imports(&elf, "mma"));
    ck_assert(!snug_elf_imports(&elf, "mmap64"));
}

START_TEST(imports_are_the_undefined_symbols)
{
    assert_imports();
    ck_assert(snug_elf_imports(&elf, "read"));
}
END_TEST

START_TEST(imports_stand_before_what_a_gnu_hash_table_holds)
{
    image.dynamic[3].d_tag = DT_GNU_HASH;
    image.hash[1] = 2;
    assert_imports();
    ck_assert(!snug_elf_imports(&elf, "read"));
}
END_TEST

/* A program that exports nothing, as binutils writes it. */
START_TEST(imports_are_found_where_the_gnu_hash_table_is_empty)
{
    image.dynamic[3].d_tag = DT_GNU_HASH;
    image.hash[0] = 1;
    image.hash[1] = 1;
    assert_imports();
    image.dynamic[0].d_un.d_val = AT(symbol); /* Strings before symbols: no telling. */
    ck_assert(!snug_elf_imports(&elf, "mmap"));
}
END_TEST

START_TEST(an_image_without_a_hash_table_imports_nothing_known)
{
    image.dynamic[3].d_tag = DT_FLAGS;
    ck_assert(!snug_elf_imports(&elf, "mmap"));
}
END_TEST

START_TEST(a_count_of_symbols_beyond_the_segment_ends_at_the_segment)
{
    image.hash[1] = UINT32_MAX;
    ck_assert(!snug_elf_imports(&elf, "write"));
}
END_TEST

static void assert_loaded(void)
{
    ck_assert_uint_eq(elf.bias, (uintptr_t)&image - BASE);
    ck_assert_ptr_eq(snug_elf_at(&elf, BASE, sizeof image), &image);
    ck_assert(snug_text_equals(snug_elf_needed(&elf, 0), "libc.so.6"));
    assert_imports();
}

START_TEST(a_loaded_image_is_placed_by_its_headers_own_entry)
{
    ck_assert_int_eq(snug_elf_from_memory(image.segment, 4, &elf), 0);
    assert_loaded();
}
END_TEST

START_TEST(a_loaded_image_is_placed_by_its_first_segment)
{
    image.segment[0].p_type = PT_NULL;
    ck_assert_int_eq(snug_elf_from_memory(image.segment, 4, &elf), 0);
    assert_loaded();
}
END_TEST

START_TEST(a_loaded_image_that_glibc_relocated_is_read_the_same)
{
    ck_assert_int_eq(snug_elf_from_memory(image.segment, 4, &elf), 0);
    image.dynamic[0].d_un.d_ptr += elf.bias;
    image.dynamic[2].d_un.d_ptr += elf.bias;
    image.dynamic[3].d_un.d_ptr += elf.bias;
    assert_loaded();
}
END_TEST

START_TEST(headers_that_tell_no_place_are_no_image)
{
    ck_assert_int_eq(snug_elf_from_memory(&image.segment[2], 1, &elf), -ENOEXEC);
    ck_assert_int_eq(snug_elf_from_memory(NULL, 0, &elf), -ENOEXEC);
}
END_TEST

static Suite *elf_suite(void)
{
    Suite *suite = suite_create("elf");
    TCase *tcase = tcase_create("file");
    tcase_add_checked_fixture(tcase, open_image, NULL);
    tcase_add_loop_test(tcase, a_damaged_header_is_no_image, 0,
                        sizeof damages / sizeof *damages);
    tcase_add_test(tcase, a_file_that_is_cut_off_is_no_image);
    tcase_add_test(tcase, a_position_independent_image_is_known);
    tcase_add_loop_test(tcase, only_what_a_readable_segment_holds_is_handed_out, 0,
                        sizeof places / sizeof *places);
    tcase_add_test(tcase, a_segment_beyond_the_file_is_not_handed_out);
    tcase_add_test(tcase, what_is_not_in_the_file_is_not_handed_out);
    tcase_add_test(tcase, segments_are_found_by_type);
    tcase_add_test(tcase, dynamic_entries_are_found_by_tag);
    tcase_add_test(tcase, needed_libraries_are_told_in_order);
    tcase_add_test(tcase, a_name_without_an_end_is_no_name);
    tcase_add_test(tcase, imports_are_the_undefined_symbols);
    tcase_add_test(tcase, imports_stand_before_what_a_gnu_hash_table_holds);
    tcase_add_test(tcase, imports_are_found_where_the_gnu_hash_table_is_empty);
    tcase_add_test(tcase, an_image_without_a_hash_table_imports_nothing_known);
    tcase_add_test(tcase, a_count_of_symbols_beyond_the_segment_ends_at_the_segment);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("memory");
    tcase_add_checked_fixture(tcase, open_image, NULL);
    tcase_add_test(tcase, a_loaded_image_is_placed_by_its_headers_own_entry);
    tcase_add_test(tcase, a_loaded_image_is_placed_by_its_first_segment);
    tcase_add_test(tcase, a_loaded_image_that_glibc_relocated_is_read_the_same);
    tcase_add_test(tcase, headers_that_tell_no_place_are_no_image);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(elf_suite());
}
