/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A limit that is wanted: files in a folder.
 */
#include "folder.h"
#include "snug/facts/announced.h"
#include "suite.h"

enum { LIMIT = 1000 };

static const struct row {
    const char *label;
    const char *text; /* NULL: no such file. */
    uint64_t bytes;
} rows[] = {
    {"no file", NULL, 0},
    {"empty", "", 0},
    {"a newline", "\n", 0},
    {"not a number", "many\n", 0},
    {"a unit", "500M\n", 0},
    {"a sign", "-500\n", 0},
    {"a fraction", "500.5\n", 0},
    {"two numbers", "500 600\n", 0},
    {"past every number", "99999999999999999999999\n", 0},
    {"longer than a number",
     "00000000000000000000000000000000000000000000000000000000000000000500\n", 0},
    {"none", "0\n", 0},
    {"below a fifth", "199\n", 0},
    {"a fifth", "200\n", 200},
    {"a half, without a newline", "500", 500},
    {"a half", "500\n", 500},
    {"just below", "999\n", 999},
    {"as it is", "1000\n", 0},
    {"more", "1001\n", 0},
};

START_TEST(only_what_is_lower_and_not_absurd_is_aimed_at)
{
    const struct row *row = &rows[_i];
    folder_put("pod/", "");
    if (row->text)
        folder_put("pod/limit", row->text);
    const uint64_t bytes = snug_announced_read(&folder, "/pod/limit", LIMIT);
    ck_assert_msg(bytes == row->bytes, "%s: %llu", row->label, (unsigned long long)bytes);
}
END_TEST

START_TEST(what_is_no_file_announces_nothing)
{
    folder_put("pod/", "");
    ck_assert_uint_eq(snug_announced_read(&folder, "/pod", LIMIT), 0);
    ck_assert_int_eq(mkfifoat(folder.fd, "pod/fifo", 0644), 0);
    char path[4096];
    snprintf(path, sizeof path, "%s/pod/fifo", folder_path);
    ck_assert_uint_eq(snug_announced_read(&snug_file_live, path, LIMIT), 0);
}
END_TEST

START_TEST(links_as_the_kubelet_makes_them_are_followed)
{
    char path[4096];
    folder_put("pod/..2026/limit", "500\n");
    folder_put("pod/..2027/limit", "400\n");
    ck_assert_int_eq(symlinkat("..2026", folder.fd, "pod/..data"), 0);
    ck_assert_int_eq(symlinkat("..data/limit", folder.fd, "pod/limit"), 0);
    snprintf(path, sizeof path, "%s/pod/limit", folder_path);
    ck_assert_uint_eq(snug_announced_read(&snug_file_live, path, LIMIT), 500);
    ck_assert_int_eq(symlinkat("..2027", folder.fd, "pod/..new"), 0);
    ck_assert_int_eq(renameat(folder.fd, "pod/..new", folder.fd, "pod/..data"), 0);
    ck_assert_uint_eq(snug_announced_read(&snug_file_live, path, LIMIT), 400);
}
END_TEST

START_TEST(each_look_sees_what_is_there_then)
{
    char path[4096];
    struct snug_memory_facts memory = {.limit = {.kind = SNUG_SET, .bytes = LIMIT}};
    snprintf(path, sizeof path, "%s/limit", folder_path);
    folder_put("limit", "500");
    snug_announced_see(&snug_file_live, path, &memory);
    ck_assert_uint_eq(memory.announced_bytes, 500);
    memory.limit.kind = SNUG_NONE;
    snug_announced_see(&snug_file_live, path, &memory);
    ck_assert_uint_eq(memory.announced_bytes, 0);
    memory = (struct snug_memory_facts){.limit = {.kind = SNUG_SET, .bytes = LIMIT},
                                        .announced_bytes = 500};
    snug_announced_see(&snug_file_live, NULL, &memory);
    ck_assert_uint_eq(memory.announced_bytes, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("announced");
    TCase *tcase = tcase_create("announced");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_loop_test(tcase, only_what_is_lower_and_not_absurd_is_aimed_at, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, what_is_no_file_announces_nothing);
    tcase_add_test(tcase, links_as_the_kubelet_makes_them_are_followed);
    tcase_add_test(tcase, each_look_sees_what_is_there_then);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
