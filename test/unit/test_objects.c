/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Real ELF objects: this program's own file with bytes changed, and what is loaded into
 * this process.
 */
#include <check.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "suite.h"
#include "snug/base/elf.h"
#include "snug/base/objects.h"

enum { N_MUTATIONS = 4000, HEADER_BYTES = 1024, FRONT_BYTES = 8192 };

static struct snug_elf elf;

/* Asks everything that can be asked of a file. The answers do not matter. */
static void ask_all(const uint8_t *file, size_t n_bytes)
{
    struct snug_elf asked;
    if (snug_elf_from_file(file, n_bytes, &asked) < 0)
        return;
    uint64_t value;
    (void)snug_elf_segment(&asked, PT_INTERP);
    (void)snug_elf_dynamic(&asked, DT_DEBUG, &value);
    (void)snug_elf_imports(&asked, "no such symbol");
    for (size_t i = 0; i < 4; i++) {
        const struct snug_text name = snug_elf_needed(&asked, i);
        if (name.at && memchr(name.at, 0, name.n))
            ck_abort_msg("a name with its end inside");
    }
}

static uint32_t state = 1;

static uint32_t random_number(void)
{
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

/* Changes a few of the `n` bytes at `at`, asks, and puts them back. */
static void ask_mutated(const uint8_t *file, size_t n_bytes, uint8_t *at, size_t n)
{
    for (int i = 0; i < N_MUTATIONS; i++) {
        size_t place[4];
        uint8_t old[4];
        const unsigned n_places = 1 + random_number() % 4;
        for (unsigned k = 0; k < n_places; k++) {
            place[k] = random_number() % n;
            old[k] = at[place[k]];
            at[place[k]] = (uint8_t)random_number();
        }
        ask_all(file, n_bytes);
        for (unsigned k = n_places; k-- > 0;)
            at[place[k]] = old[k];
    }
}

/* This program's file, in a block of exactly its size, whose end a sanitizer guards. */
static uint8_t *read_own_file(size_t *ret_n)
{
    const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat status;
    ck_assert_int_eq(fstat(fd, &status), 0);
    uint8_t *ret = malloc((size_t)status.st_size);
    ck_assert_ptr_nonnull(ret);
    ck_assert_int_eq(read(fd, ret, (size_t)status.st_size), status.st_size);
    close(fd);
    *ret_n = (size_t)status.st_size;
    return ret;
}

START_TEST(this_program_is_what_it_is)
{
    size_t n;
    uint8_t *file = read_own_file(&n);
    ck_assert_int_eq(snug_elf_from_file(file, n, &elf), 0);
    ck_assert(snug_elf_imports(&elf, "dlsym"));
    ck_assert(!snug_elf_imports(&elf, "main"));
    ck_assert_ptr_nonnull(snug_elf_segment(&elf, PT_INTERP));
    bool has_libc = false;
    for (size_t i = 0; snug_elf_needed(&elf, i).at; i++)
        has_libc = has_libc || snug_text_starts(snug_elf_needed(&elf, i), "libc.");
    ck_assert(has_libc);
    free(file);
}
END_TEST

START_TEST(no_change_of_the_headers_leads_out_of_the_file)
{
    size_t n;
    uint8_t *file = read_own_file(&n);
    ask_mutated(file, n, file, HEADER_BYTES);
    free(file);
}
END_TEST

START_TEST(no_change_of_the_dynamic_section_leads_out_of_the_file)
{
    size_t n;
    uint8_t *file = read_own_file(&n);
    ck_assert_int_eq(snug_elf_from_file(file, n, &elf), 0);
    const Elf64_Phdr *dynamic = snug_elf_segment(&elf, PT_DYNAMIC);
    ck_assert_ptr_nonnull(dynamic);
    ask_mutated(file, n, file + dynamic->p_offset, dynamic->p_filesz);
    free(file);
}
END_TEST

START_TEST(no_change_of_the_symbols_leads_out_of_the_file)
{
    size_t n;
    uint8_t *file = read_own_file(&n);
    ask_mutated(file, n, file + HEADER_BYTES, FRONT_BYTES - HEADER_BYTES);
    free(file);
}
END_TEST

static bool stays;

static const char *const functions[] = {"getppid", "qsort", "pthread_create", "mmap",
                                        "pthread_attr_init"};

START_TEST(a_function_is_found_where_the_loader_finds_it)
{
    void *expected = dlsym(RTLD_NEXT, functions[_i]);
    ck_assert_ptr_nonnull(expected);
    ck_assert_ptr_eq(snug_objects_next(_DYNAMIC, functions[_i], &stays), expected);
    ck_assert(stays);
}
END_TEST

/* It may be closed again, and its address be another's. */
START_TEST(what_was_opened_later_is_found_and_does_not_stay)
{
    void *library = dlopen("libresolv.so.2", RTLD_LAZY);
    ck_assert_msg(library != NULL, "%s", dlerror());
    ck_assert_ptr_eq(snug_objects_next(_DYNAMIC, "ns_datetosecs", &stays),
                     dlsym(library, "ns_datetosecs"));
    ck_assert(!stays);
    ck_assert_int_eq(dlclose(library), 0);
    ck_assert_ptr_null(snug_objects_next(_DYNAMIC, "ns_datetosecs", &stays));
}
END_TEST

START_TEST(what_no_object_defines_is_not_found)
{
    ck_assert_ptr_null(snug_objects_next(_DYNAMIC, "snug_no_such_function", &stays));
    ck_assert_ptr_null(snug_objects_next(_DYNAMIC, "", &stays));
    ck_assert_ptr_null(
        snug_objects_next(_DYNAMIC, "environ", &stays)); /* It is no function. */
}
END_TEST

START_TEST(behind_an_object_that_is_not_loaded_is_nothing)
{
    ck_assert_ptr_null(snug_objects_next(&elf, "getppid", &stays));
}
END_TEST

START_TEST(an_address_is_told_by_its_object)
{
    struct snug_text name;
    uintptr_t offset;
    Dl_info info;
    const void *own = (const void *)(uintptr_t)read_own_file;
    ck_assert(snug_objects_locate(own, &name, &offset));
    ck_assert_uint_eq(name.n, 0);
    ck_assert(dladdr(own, &info));
    ck_assert_uint_eq(offset, (uintptr_t)own - (uintptr_t)info.dli_fbase);

    const void *libcs = dlsym(RTLD_NEXT, "getppid");
    ck_assert(snug_objects_locate(libcs, &name, &offset));
    ck_assert(dladdr(libcs, &info));
    ck_assert(snug_text_equals(name, info.dli_fname));
    ck_assert_uint_eq(offset, (uintptr_t)libcs - (uintptr_t)info.dli_fbase);
}
END_TEST

START_TEST(an_address_in_no_object_is_told_by_none)
{
    struct snug_text name;
    uintptr_t offset;
    int local;
    ck_assert(!snug_objects_locate(NULL, &name, &offset));
    ck_assert(!snug_objects_locate(&local, &name, &offset));
}
END_TEST

/* How addresses stand in a dynamic section: where the object was linked to, and whether the
 * loader has made them absolute. */
static const struct place_row {
    const char *label;
    uintptr_t linked_at;
    bool is_absolute;
} place_rows[] = {
    {"glibc", 0, true},
    {"musl", 0, false},
    {"a vDSO as Linux links it", 0, false},
    {"a vDSO as gVisor links it", 0xffffffffff700000, false},
    {"an object with an address of its own", 0x400000, true},
};

/* Its name is read, so that a wrong address would be an end by SIGSEGV or another name. */
START_TEST(an_objects_tables_are_found_wherever_it_was_linked_to)
{
    static struct {
        char strings[32];
        Elf64_Dyn dynamic[3];
    } object = {"\0another.so", {{0}}};
    const struct place_row *row = &place_rows[_i];
    const uintptr_t at = (uintptr_t)&object;
    object.dynamic[0] = (Elf64_Dyn){DT_STRTAB, {row->is_absolute ? at : row->linked_at}};
    object.dynamic[1] = (Elf64_Dyn){DT_SONAME, {1}};
    struct link_map *first = _r_debug.r_map;
    struct link_map map = {
        .l_addr = at - row->linked_at, .l_ld = object.dynamic, .l_next = first};
    char name[] = "";
    map.l_name = name;

    _r_debug.r_map = &map;
    const bool leads_another = snug_objects_leads(first->l_ld, "another.so", "no_mark");
    const bool leads_others = snug_objects_leads(first->l_ld, "other.so", "no_mark");
    _r_debug.r_map = first;
    ck_assert_msg(!leads_another && leads_others, "%s", row->label);
}
END_TEST

#ifdef __GLIBC__
/* Asked twice: the answer is kept. */
START_TEST(glibc_is_told_by_its_release)
{
    unsigned minor = 0;
    ck_assert_int_eq(sscanf(gnu_get_libc_version(), "2.%u", &minor), 1);
    const unsigned expected = minor >= 39 ? 39 : minor >= 35 ? 35 : 1;
    ck_assert_uint_eq(snug_objects_glibc(), expected);
    ck_assert_uint_eq(snug_objects_glibc(), expected);
}
END_TEST
#endif

static Suite *objects_suite(void)
{
    Suite *suite = suite_create("objects");
    TCase *tcase = tcase_create("file");
    tcase_add_test(tcase, this_program_is_what_it_is);
    tcase_add_test(tcase, no_change_of_the_headers_leads_out_of_the_file);
    tcase_add_test(tcase, no_change_of_the_dynamic_section_leads_out_of_the_file);
    tcase_add_test(tcase, no_change_of_the_symbols_leads_out_of_the_file);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("loaded");
    tcase_add_loop_test(tcase, a_function_is_found_where_the_loader_finds_it, 0,
                        sizeof functions / sizeof *functions);
    tcase_add_test(tcase, what_was_opened_later_is_found_and_does_not_stay);
    tcase_add_test(tcase, what_no_object_defines_is_not_found);
    tcase_add_test(tcase, behind_an_object_that_is_not_loaded_is_nothing);
#ifdef __GLIBC__
    tcase_add_test(tcase, glibc_is_told_by_its_release);
#endif
    tcase_add_test(tcase, an_address_is_told_by_its_object);
    tcase_add_test(tcase, an_address_in_no_object_is_told_by_none);
    tcase_add_loop_test(tcase, an_objects_tables_are_found_wherever_it_was_linked_to, 0,
                        sizeof place_rows / sizeof *place_rows);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(objects_suite());
}
