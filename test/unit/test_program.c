/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Programs made up here, seen as a file and as if loaded. Real ones are in test/go.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "image.h"
#include "snug/facts/program.h"

static struct snug_program read_file(void)
{
    struct snug_elf elf;
    struct snug_program ret;
    ck_assert_int_eq(snug_elf_from_file(image, sizeof image, &elf), 0);
    snug_program_read(&elf, snug_program_find_go(&elf), &ret);
    ck_assert_int_eq(ret.is_go, snug_program_find_go(&elf) != 0);
    return ret;
}

static struct snug_program read_memory(void)
{
    struct snug_elf elf;
    struct snug_program ret;
    ck_assert_int_eq(snug_elf_from_memory(image_segments(), N_SEGMENTS, &elf), 0);
    snug_program_read(&elf, snug_program_find_go(&elf), &ret);
    return ret;
}

START_TEST(a_program_without_build_information_is_not_go)
{
    const struct snug_program program = read_file();
    ck_assert(program.is_known);
    ck_assert(!program.is_go);
    ck_assert_uint_eq(program.go_minor, 0);
    ck_assert_str_eq(program.go_version, "");
}
END_TEST

static const struct {
    const char *label;
    size_t at;
    bool is_go;
} places[] = {
    {"not aligned", INFO_AT + 8, false},
    {"in read-only data", DATA_AT - 64, false},
    {"cut off by the segment's end", IMAGE_BYTES - 16, false},
    {"at the start", DATA_AT, true},
    {"at the end", IMAGE_BYTES - 32, true},
};

START_TEST(build_information_is_aligned_and_writable)
{
    const size_t n = places[_i].at + 16 > IMAGE_BYTES ? IMAGE_BYTES - places[_i].at : 16;
    memcpy(image + places[_i].at, "\xff Go buildinf:\x08\x02", n);
    ck_assert_msg(read_file().is_go == places[_i].is_go, "%s", places[_i].label);
}
END_TEST

START_TEST(the_text_that_others_look_for_is_none)
{
    memcpy(image + INFO_AT, "\xff Go buildinf:", 15);
    ck_assert(!read_file().is_go);
}
END_TEST

START_TEST(what_becomes_read_only_is_not_searched)
{
    image_put_info("go1.22.12", NULL);
    image_add_segment(4, PT_GNU_RELRO, PF_R, DATA_AT, 4096);
    ck_assert(!read_file().is_go);
    image_add_segment(4, PT_GNU_RELRO, PF_R, DATA_AT, INFO_AT - DATA_AT - 8);
    ck_assert(read_file().is_go);
}
END_TEST

/* Of a thousand, all with the same tens of megabytes, each would be searched. */
START_TEST(few_writable_segments_are_searched)
{
    enum { FEW = 8 };
    const bool is_few = _i == 0;
    const unsigned n = is_few ? FEW : FEW + 1;
    image_put_info("go1.22.12", NULL);
    for (unsigned i = 1; i < n; i++)
        image_add_segment(i, PT_LOAD, PF_R | PF_W, IMAGE_BYTES - 4096, 4096);
    image_add_segment(n, PT_LOAD, PF_R | PF_W, DATA_AT, 4096);
    ((Elf64_Ehdr *)(void *)image)->e_phnum = (uint16_t)(n + 1);
    ck_assert(read_file().is_go == is_few);
}
END_TEST

static const struct {
    size_t n_bytes;
    bool is_taken;
} modules[] = {{1 << 20, true}, {4 << 20, true}, {(4 << 20) + 1, false}, {6 << 20, false}};

/* A sparse file has any number of lines. */
START_TEST(module_information_has_an_end)
{
    enum { HEAD_BYTES = 8192 };
    const size_t n_all = HEAD_BYTES + (8 << 20);
    uint8_t *const bytes = aligned_alloc(4096, n_all);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 0, n_all);
    image_put_info("go1.22.12", NULL);
    image_add_segment(1, PT_LOAD, PF_R | PF_W, DATA_AT, n_all - DATA_AT);
    memcpy(bytes, image, HEAD_BYTES);
    uint8_t *at = bytes + INFO_AT + 32 + 1 + strlen("go1.22.12");
    for (size_t n = modules[_i].n_bytes; n; n >>= 7)
        *at++ = (uint8_t)((n & 0x7f) | (n > 0x7f ? 0x80 : 0));

    struct snug_elf elf;
    struct snug_program program;
    ck_assert_int_eq(snug_elf_from_file(bytes, n_all, &elf), 0);
    const uint64_t info = snug_program_find_go(&elf);
    snug_program_read(&elf, info, &program);
    ck_assert_str_eq(program.go_version, "go1.22.12");
    ck_assert(!snug_program_module(&elf, info).at != modules[_i].is_taken);
    free(bytes);
}
END_TEST

static const struct {
    const char *version;
    const char *expected;
    unsigned go_minor;
} versions[] = {
    {"", "", 0},
    {"go2.1", "", 0},
    {"1.22", "", 0},
    {"go1", "", 0},
    {"go1.22\n", "", 0},
    {"go1.\xc3\xa9", "", 0},
    {"go1.x", "go1.x", 0},
    {"go1.99999999999999999999", "go1.99999999999999999999", 0},
    {"go1.22", "go1.22", 22},
    {"go1.22.12", "go1.22.12", 22},
    {"go1.27rc1", "go1.27rc1", 27},
    {"go1.25.3-custom X:exp", "go1.25.3-custom X:exp", 25},
    {"go1.24.4 (Red Hat 1.24.4-1.el9)", "go1.24.4 (Red Hat 1.24.4-1.el9)", 24},
    {"go1.24.4 (Red Hat 1.24.4-1.el9_6)", "go1.24.4 (Red Hat 1.24.4-1.el9_", 24},
    {"devel +5c0d0929a4", "devel +5c0d0929a4", 27},
    {"devel", "devel", 27},
    {"devel go1.28-5c0d0929a4 Tue Sep 1", "devel go1.28-5c0d0929a4 Tue Sep", 28},
};

START_TEST(a_version_gives_its_release)
{
    image_put_info(versions[_i].version, NULL);
    const struct snug_program program = read_file();
    ck_assert(program.is_go);
    ck_assert_str_eq(program.go_version, versions[_i].expected);
    ck_assert_uint_eq(program.go_minor, versions[_i].go_minor);
}
END_TEST

#define BUILD "path\tm\nmod\tm\t(devel)\t\nbuild\t-compiler=gc\n"

static const struct {
    const char *label;
    const char *version;
    const char *module;
    enum snug_answer container;
    enum snug_answer updates;
} defaults[] = {
    {"unknown release", "", BUILD, SNUG_MAYBE, SNUG_MAYBE},
    {"old release", "go1.24.13", BUILD, SNUG_NO, SNUG_NO},
    {"old release without module", "go1.24.13", NULL, SNUG_NO, SNUG_NO},
    {"no module information", "go1.25.0", NULL, SNUG_MAYBE, SNUG_MAYBE},
    {"no default setting", "go1.25.0", BUILD, SNUG_YES, SNUG_YES},
    {"an empty module", "go1.25.0", "", SNUG_YES, SNUG_YES},
    {"other settings", "go1.25.0", BUILD "build\tDefaultGODEBUG=panicnil=1\n", SNUG_YES,
     SNUG_YES},
    {"older go.mod", "go1.25.0",
     BUILD
     "build\tDefaultGODEBUG=containermaxprocs=0,updatemaxprocs=0\nbuild\tGOOS=linux\n",
     SNUG_NO, SNUG_NO},
    {"one of them", "go1.27.4", BUILD "build\tDefaultGODEBUG=updatemaxprocs=0\n", SNUG_YES,
     SNUG_NO},
    {"in a flag's text", "go1.25.0",
     BUILD "build\t-ldflags=DefaultGODEBUG=updatemaxprocs=0\n", SNUG_YES, SNUG_YES},
    {"of a dependency", "go1.25.0", BUILD "dep\tDefaultGODEBUG=updatemaxprocs=0\tv1\n",
     SNUG_YES, SNUG_YES},
};

START_TEST(the_modules_settings_decide_what_the_runtime_follows)
{
    image_put_info(defaults[_i].version, defaults[_i].module);
    const struct snug_program program = read_file();
    ck_assert_msg(program.follows_container == defaults[_i].container, "%s",
                  defaults[_i].label);
    ck_assert_msg(program.follows_updates == defaults[_i].updates, "%s",
                  defaults[_i].label);
}
END_TEST

START_TEST(pointers_of_old_releases_are_followed_in_a_file)
{
    image_put_pointers("go1.17.13", "0123456789abcdefpath\tm\nfedcba9876543210", 0);
    const struct snug_program program = read_file();
    ck_assert_str_eq(program.go_version, "go1.17.13");
    ck_assert_uint_eq(program.go_minor, 17);
    ck_assert_int_eq(program.follows_container, SNUG_NO);
}
END_TEST

START_TEST(pointers_of_old_releases_are_followed_in_memory)
{
    image_put_pointers("go1.17.13", "", (uintptr_t)image - ADDRESS);
    const struct snug_program program = read_memory();
    ck_assert_str_eq(program.go_version, "go1.17.13");
}
END_TEST

START_TEST(pointers_out_of_the_image_leave_the_version_unknown)
{
    image_put_pointers("go1.17.13", "", (uint64_t)1 << 40);
    const struct snug_program program = read_file();
    ck_assert(program.is_go);
    ck_assert_str_eq(program.go_version, "");
    ck_assert_uint_eq(program.go_minor, 0);
}
END_TEST

START_TEST(another_byte_order_leaves_the_version_unknown)
{
    image_put_info("go1.22.12", NULL);
    image[INFO_AT + 15] |= 1;
    const struct snug_program program = read_file();
    ck_assert(program.is_go);
    ck_assert_str_eq(program.go_version, "");
}
END_TEST

START_TEST(strings_longer_than_the_image_leave_the_version_unknown)
{
    image_put_info("go1.22.12", NULL);
    memset(image + INFO_AT + 32, 0xff, 9);
    image[INFO_AT + 41] = 0x7f;
    ck_assert_str_eq(read_file().go_version, "");
    memset(image + INFO_AT + 32, 0xff, 16); /* A number without an end. */
    ck_assert_str_eq(read_file().go_version, "");
}
END_TEST

START_TEST(a_loaded_program_reads_like_its_file)
{
    image_put_info("go1.25.12", BUILD);
    image_link_with("/lib64/ld-linux-x86-64.so.2", "libc.so.6", "mmap");
    const struct snug_program program = read_memory();
    ck_assert(program.is_go);
    ck_assert_str_eq(program.go_version, "go1.25.12");
    ck_assert_int_eq(program.follows_updates, SNUG_YES);
    ck_assert_int_eq(program.libc, SNUG_LIBC_GLIBC);
    ck_assert(program.imports_mmap);
}
END_TEST

static const struct {
    const char *interpreter;
    const char *library;
    const char *function;
    enum snug_libc libc;
    bool imports_mmap;
} links[] = {
    {"/lib/ld.so.1", "libc.so.7", "mmap", SNUG_LIBC_UNKNOWN, true},
    {"/lib64/ld-linux-x86-64.so.2", NULL, NULL, SNUG_LIBC_NONE, false},
    {"/lib/ld-musl-x86_64.so.1", NULL, NULL, SNUG_LIBC_NONE, false},
    {"/lib64/ld-linux-x86-64.so.2", "libc.so.6", NULL, SNUG_LIBC_GLIBC, false},
    {"/lib64/ld-linux-x86-64.so.2", "libc.so.6", "mmap64", SNUG_LIBC_GLIBC, true},
    {"/lib64/ld-linux-x86-64.so.2", "libc.so.6", "mmap128", SNUG_LIBC_GLIBC, false},
    {"/nix/store/x-glibc/lib/ld-linux-aarch64.so.1", "libc.so.6", "mmap", SNUG_LIBC_GLIBC,
     true},
    {"/lib/ld-musl-x86_64.so.1", "libc.musl-x86_64.so.1", "mmap", SNUG_LIBC_MUSL, true},
    {"/ld-linux/ld-musl-x86_64.so.1", "libc.so", "mmap", SNUG_LIBC_MUSL, true},
};

START_TEST(the_interpreter_tells_the_libc)
{
    image_link_with(links[_i].interpreter, links[_i].library, links[_i].function);
    image_put_info("go1.22.12", NULL);
    const struct snug_program program = read_file();
    ck_assert(!program.is_static);
    ck_assert_str_eq(program.interpreter, links[_i].interpreter);
    ck_assert_int_eq(program.libc, links[_i].libc);
    ck_assert_int_eq(program.imports_mmap, links[_i].imports_mmap);
}
END_TEST

START_TEST(no_interpreter_is_static)
{
    const struct snug_program program = read_file();
    ck_assert(program.is_static);
    ck_assert_int_eq(program.libc, SNUG_LIBC_NONE);
    ck_assert(!program.imports_mmap);
    ck_assert_str_eq(program.interpreter, "");
}
END_TEST

START_TEST(an_interpreter_out_of_bounds_is_unknown)
{
    image_link_with("/lib64/ld-linux-x86-64.so.2", "libc.so.6", "mmap");
    image_segments()[2].p_vaddr = UINT64_MAX;
    const struct snug_program program = read_file();
    ck_assert(!program.is_static);
    ck_assert_int_eq(program.libc, SNUG_LIBC_UNKNOWN);
    ck_assert_str_eq(program.interpreter, "");
}
END_TEST

/* Whether anything is read out of bounds is for the sanitizers and valgrind to say: the
 * image lies in a block of exactly its size. */
START_TEST(a_damaged_image_is_never_read_out_of_bounds)
{
    uint32_t random = (uint32_t)_i + 1;
    image_put_info("go1.25.12", BUILD);
    if (_i % 2)
        image_put_pointers("go1.17.13", "", 0);
    image_link_with("/lib64/ld-linux-x86-64.so.2", "libc.so.6", "mmap");

    uint8_t *block = malloc(IMAGE_BYTES);
    ck_assert_ptr_nonnull(block);
    for (int round = 0; round < 500; round++) {
        memcpy(block, image, IMAGE_BYTES);
        for (int i = 0; i < 4; i++) {
            random = random * 1664525 + 1013904223;
            const uint32_t at = random >> 8;
            /* Half of the damage goes into the headers. */
            block[i % 2 ? at % DATA_AT : sizeof(Elf64_Ehdr) + at % 280] =
                (uint8_t)(random & 0x100 ? 0xff : random);
        }
        block[INFO_AT + 16 + random % 32] = (uint8_t)(random >> 5);
        struct snug_elf elf;
        struct snug_program program;
        if (snug_elf_from_file(block, IMAGE_BYTES, &elf) < 0)
            continue;
        snug_program_read(&elf, snug_program_find_go(&elf), &program);
        ck_assert(program.is_known);
    }
    free(block);
}
END_TEST

START_TEST(an_assumed_program_is_the_newest_go_with_cgo)
{
    struct snug_program program;
    snug_program_assume(&program);
    ck_assert(program.is_known && program.is_assumed && program.is_go);
    ck_assert(program.imports_mmap && !program.is_static);
    ck_assert_uint_ge(program.go_minor, 25);
    ck_assert_int_eq(program.follows_container, SNUG_YES);
    ck_assert_int_eq(program.follows_updates, SNUG_YES);
}
END_TEST

static Suite *program_suite(void)
{
    Suite *suite = suite_create("program");
    TCase *go = tcase_create("go");
    tcase_add_checked_fixture(go, image_make, NULL);
    tcase_add_test(go, a_program_without_build_information_is_not_go);
    tcase_add_loop_test(go, build_information_is_aligned_and_writable, 0,
                        sizeof places / sizeof *places);
    tcase_add_test(go, the_text_that_others_look_for_is_none);
    tcase_add_test(go, what_becomes_read_only_is_not_searched);
    tcase_add_loop_test(go, few_writable_segments_are_searched, 0, 2);
    tcase_add_loop_test(go, module_information_has_an_end, 0,
                        sizeof modules / sizeof *modules);
    tcase_add_loop_test(go, a_version_gives_its_release, 0,
                        sizeof versions / sizeof *versions);
    tcase_add_loop_test(go, the_modules_settings_decide_what_the_runtime_follows, 0,
                        sizeof defaults / sizeof *defaults);
    tcase_add_test(go, pointers_of_old_releases_are_followed_in_a_file);
    tcase_add_test(go, pointers_of_old_releases_are_followed_in_memory);
    tcase_add_test(go, pointers_out_of_the_image_leave_the_version_unknown);
    tcase_add_test(go, another_byte_order_leaves_the_version_unknown);
    tcase_add_test(go, strings_longer_than_the_image_leave_the_version_unknown);
    tcase_add_test(go, a_loaded_program_reads_like_its_file);
    tcase_add_test(go, an_assumed_program_is_the_newest_go_with_cgo);
    suite_add_tcase(suite, go);

    TCase *linking = tcase_create("linking");
    tcase_add_checked_fixture(linking, image_make, NULL);
    tcase_add_loop_test(linking, the_interpreter_tells_the_libc, 0,
                        sizeof links / sizeof *links);
    tcase_add_test(linking, no_interpreter_is_static);
    tcase_add_test(linking, an_interpreter_out_of_bounds_is_unknown);
    suite_add_tcase(suite, linking);

    TCase *damage = tcase_create("damage");
    tcase_add_checked_fixture(damage, image_make, NULL);
    tcase_add_loop_test(damage, a_damaged_image_is_never_read_out_of_bounds, 0, 16);
    suite_add_tcase(suite, damage);
    return suite;
}

int main(void)
{
    return suite_run(program_suite());
}
