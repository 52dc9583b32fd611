/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is a new edition of a file, and what is not: files in a folder.
 */
#include "snug/policy/edition.h"

#include <errno.h>

#include "folder.h"
#include "suite.h"

static const struct snug_edition none;

static struct snug_edition look(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s%s", folder_path, name);
    return snug_edition_find(path);
}

static void link_to(const char *target, const char *name)
{
    ck_assert_int_eq(symlinkat(target, folder.fd, "new"), 0);
    ck_assert_int_eq(renameat(folder.fd, "new", folder.fd, name), 0);
}

START_TEST(what_nobody_changes_stays_the_same)
{
    folder_put("conf", "cpu.min = 1\n");
    const struct snug_edition before = look("/conf");
    const struct snug_edition after = look("/conf");
    ck_assert(snug_edition_is(&before, &after));
    ck_assert(!snug_edition_is(&before, &none));
}
END_TEST

START_TEST(a_link_above_the_file_makes_another_one)
{
    folder_put("pod/1/conf", "cpu.min = 1\n");
    folder_put("pod/2/conf", "cpu.min = 2\n");
    link_to("1", "pod/..data");
    link_to("..data/conf", "pod/conf");
    const struct snug_edition before = look("/pod/conf");
    link_to("2", "pod/..data");
    const struct snug_edition after = look("/pod/conf");
    ck_assert(!snug_edition_is(&before, &after));
    link_to("1", "pod/..data");
    const struct snug_edition again = look("/pod/conf");
    ck_assert(snug_edition_is(&before, &again));
}
END_TEST

START_TEST(other_bytes_and_other_modes_make_another_one)
{
    folder_put("conf", "cpu.min = 1\n");
    const struct snug_edition first = look("/conf");
    folder_put("conf", "cpu.min = 10\n");
    const struct snug_edition second = look("/conf");
    ck_assert(!snug_edition_is(&first, &second));
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1, .tv_nsec = 1}};
    ck_assert_int_eq(utimensat(folder.fd, "conf", times, 0), 0);
    const struct snug_edition third = look("/conf");
    ck_assert_int_eq(third.modified_ns, 1000000001);
    ck_assert(!snug_edition_is(&second, &third));

    struct snug_edition other = third;
    other.changed_ns++; /* As chmod does. */
    ck_assert(!snug_edition_is(&third, &other));
}
END_TEST

START_TEST(what_is_not_there_is_none)
{
    const struct snug_edition missing = look("/conf");
    ck_assert(snug_edition_is(&missing, &none));
    link_to("nowhere", "dangling");
    const struct snug_edition dangling = look("/dangling");
    ck_assert(snug_edition_is(&dangling, &none));
}
END_TEST

START_TEST(what_cannot_be_looked_at_is_not_none)
{
    link_to("loop", "loop");
    const struct snug_edition loop = look("/loop");
    ck_assert_int_eq(loop.error, ELOOP);
    ck_assert(!snug_edition_is(&loop, &none));
}
END_TEST

START_TEST(nothing_is_opened_for_reading)
{
    /* A FIFO without a writer would be waited for. */
    ck_assert_int_eq(mkfifoat(folder.fd, "fifo", 0644), 0);
    const struct snug_edition fifo = look("/fifo");
    ck_assert_uint_ne(fifo.inode, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edition");
    TCase *tcase = tcase_create("edition");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_test(tcase, what_nobody_changes_stays_the_same);
    tcase_add_test(tcase, a_link_above_the_file_makes_another_one);
    tcase_add_test(tcase, other_bytes_and_other_modes_make_another_one);
    tcase_add_test(tcase, what_is_not_there_is_none);
    tcase_add_test(tcase, what_cannot_be_looked_at_is_not_none);
    tcase_add_test(tcase, nothing_is_opened_for_reading);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
