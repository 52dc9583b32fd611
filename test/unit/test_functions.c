/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tables of functions that are cut short, laid out otherwise or made up; and sections.
 * test/preload/libraries.sh has those of real programs.
 */
#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cli/subject/functions.h"
#include "suite.h"

enum { NAMES_AT = 64, TABLE_AT = 128, SECTIONS_AT = 640, FILE_BYTES = 640 + 3 * 64 };

/* Section 1 is the table, 2 the names of sections. */
static struct file {
    _Alignas(8) uint8_t bytes[FILE_BYTES];
} file;

static const char real_ip[] = "runtime.main\0github.com/go-chi/chi/v5/middleware.RealIP";

static Elf64_Shdr *section(size_t i)
{
    return (Elf64_Shdr *)(void *)(file.bytes + SECTIONS_AT) + i;
}

static Elf64_Ehdr *header(void)
{
    return (Elf64_Ehdr *)(void *)file.bytes;
}

/* The names begin at `from` of the table and end at `to`. */
static void write_table(uint8_t kind, uint64_t from, uint64_t to)
{
    const uint64_t word[5] = {1, 1, kind == 0xfa ? from : 0, kind == 0xfa ? to : from, to};
    uint8_t *table = file.bytes + TABLE_AT;
    memcpy(table, (uint8_t[]){kind, 0xff, 0xff, 0xff, 0, 0, 1, 8}, 8);
    memcpy(table + 8, word, sizeof word);
    memcpy(table + 64, real_ip, sizeof real_ip);
}

static void write_file(void)
{
    memset(&file, 0, sizeof file);
    *header() = (Elf64_Ehdr){
        .e_shoff = SECTIONS_AT,
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = 3,
        .e_shstrndx = 2,
    };
    memcpy(file.bytes + NAMES_AT, "\0.data.rel.ro.gopclntab\0.shstrtab", 34);
    *section(1) = (Elf64_Shdr){
        .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = TABLE_AT, .sh_size = 512};
    *section(2) = (Elf64_Shdr){
        .sh_name = 24, .sh_type = SHT_STRTAB, .sh_offset = NAMES_AT, .sh_size = 34};
    write_table(0xf1, 64, 64 + sizeof real_ip);
}

static struct snug_functions read_file(void)
{
    struct snug_functions ret;
    snug_functions_read(file.bytes, sizeof file.bytes, &ret);
    return ret;
}

START_TEST(each_layout_has_its_names)
{
    static const uint8_t kinds[] = {0xfa, 0xf0, 0xf1};
    write_file();
    write_table(kinds[_i], 64, 64 + sizeof real_ip);
    ck_assert(read_file().is_known);
    ck_assert_uint_eq(read_file().found, SNUG_FUNCTION_REAL_IP);
}
END_TEST

START_TEST(a_name_that_only_begins_so_is_another)
{
    write_file();
    file.bytes[TABLE_AT + 64 + sizeof real_ip - 1] = 's';
    ck_assert(read_file().is_known);
    ck_assert_uint_eq(read_file().found, 0);
}
END_TEST

START_TEST(what_is_out_of_bounds_is_not_known)
{
    write_file();
    switch (_i) {
    case 0:
        write_table(0xfb, 64, 128);
        break; /* Go 1.2. */
    case 1:
        write_table(0xf1, 128, 64);
        break;
    case 2:
        write_table(0xf1, 64, 513);
        break;
    case 3:
        write_table(0xf1, UINT64_MAX, UINT64_MAX);
        break;
    case 4:
        section(1)->sh_size = 47;
        break;
    case 5:
        section(1)->sh_size = UINT64_MAX;
        break;
    case 6:
        section(1)->sh_offset = FILE_BYTES + 1;
        break;
    case 7:
        section(1)->sh_type = SHT_NOBITS;
        break;
    case 8:
        section(1)->sh_name = 34;
        break;
    case 9:
        section(1)->sh_name = 14;
        break; /* `gopclntab`, without what is in front. */
    case 10:
        section(2)->sh_size = 23;
        break; /* Its last name has no end. */
    case 11:
        section(2)->sh_offset = FILE_BYTES + 1;
        break;
    case 12:
        header()->e_shstrndx = 3;
        break;
    case 13:
        header()->e_shnum = 4;
        break;
    case 14:
        header()->e_shoff = FILE_BYTES + 8;
        break;
    case 15:
        header()->e_shoff = SECTIONS_AT + 4;
        break;
    case 16:
        header()->e_shentsize = 40;
        break;
    default:
        ck_abort();
    }
    ck_assert(!read_file().is_known);
    ck_assert_uint_eq(read_file().found, 0);
}
END_TEST

/* The file, and `n_bytes` that are 0 behind it, to be freed. */
static uint8_t *make_longer(size_t n_bytes)
{
    uint8_t *const ret = calloc(1, FILE_BYTES + n_bytes);
    ck_assert_ptr_nonnull(ret);
    memcpy(ret, file.bytes, FILE_BYTES);
    return ret;
}

/* Of all that begin in a text without an end, each would be looked at to its end. */
START_TEST(a_sections_name_is_short)
{
    enum { SHORT = 200, LONG = 300, ALL = 1024 };
    struct snug_functions ret;
    write_file();
    section(1)->sh_name = 1; /* The others have an empty name. */
    section(2)->sh_name = 0;
    section(2)->sh_offset = FILE_BYTES;
    section(2)->sh_size = ALL;
    uint8_t *const bytes = make_longer(ALL);
    const size_t n = _i == 0 ? SHORT : LONG;
    static const char ending[] = ".gopclntab";
    memset(bytes + FILE_BYTES + 1, 'a', n);
    memcpy(bytes + FILE_BYTES + n, ending, sizeof ending);
    snug_functions_read(bytes, FILE_BYTES + ALL, &ret);
    ck_assert(ret.is_known == (_i == 0));
    free(bytes);
}
END_TEST

/* A sparse file has any number of names; those here are long, for each takes time. */
START_TEST(names_have_an_end)
{
    enum { MOST = 64 << 20, NAME = 1 << 20 };
    struct snug_functions ret;
    write_file();
    const size_t n = MOST + (size_t)_i;
    section(1)->sh_offset = FILE_BYTES;
    section(1)->sh_size = TABLE_AT + n;
    write_table(0xf1, 64, 64 + n);
    uint8_t *const bytes = make_longer(TABLE_AT + n);
    memcpy(bytes + FILE_BYTES, file.bytes + TABLE_AT, 64);
    memset(bytes + FILE_BYTES + 64, 'a', n);
    for (size_t at = NAME; at <= n; at += NAME)
        bytes[FILE_BYTES + 64 + at - 1] = 0;
    bytes[FILE_BYTES + 64 + n - 1] = 0;
    snug_functions_read(bytes, FILE_BYTES + TABLE_AT + n, &ret);
    ck_assert(ret.is_known == (_i == 0));
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("functions");
    TCase *table = tcase_create("table");
    tcase_add_loop_test(table, each_layout_has_its_names, 0, 3);
    tcase_add_test(table, a_name_that_only_begins_so_is_another);
    tcase_add_loop_test(table, what_is_out_of_bounds_is_not_known, 0, 17);
    tcase_add_loop_test(table, a_sections_name_is_short, 0, 2);
    tcase_add_loop_test(table, names_have_an_end, 0, 2);
    suite_add_tcase(suite, table);
    return suite_run(suite);
}
