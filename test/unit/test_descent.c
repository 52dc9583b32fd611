/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Directories below one: however deep and many, with few descriptors, while they go away.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "snug/cli/subject/descent.h"
#include "suite.h"

enum { DEPTH = 1000, WIDTH = 700, FEW = 12 };

static unsigned n_seen;
static int top;

static void set_up(void)
{
    folder_make();
    n_seen = 0;
    top = openat(folder.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(top, 0);
}

static void count(int directory, void *context)
{
    (void)directory;
    (void)context;
    n_seen++;
}

static void allow_few(void)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = (rlim_t)top + FEW;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void put_name(unsigned i, size_t size, char *ret)
{
    (void)snprintf(ret, size, "a-name-as-long-as-those-that-a-kubelet-gives-%u", i);
}

/* A path of all of them would be longer than the kernel takes. Returns the last. */
static int make_deep(unsigned n)
{
    int at = dup(top);
    for (unsigned i = 0; i < n; i++) {
        char name[64];
        put_name(i, sizeof name, name);
        ck_assert_int_eq(mkdirat(at, "beside", 0755), 0);
        ck_assert_int_eq(mkdirat(at, name, 0755), 0);
        const int below = openat(at, name, O_RDONLY | O_DIRECTORY);
        ck_assert_int_ge(below, 0);
        (void)close(at);
        at = below;
    }
    return at;
}

static void remove_deep(int at, unsigned n)
{
    while (n-- > 0) {
        char name[64];
        put_name(n, sizeof name, name);
        const int above = openat(at, "..", O_RDONLY | O_DIRECTORY);
        (void)close(at);
        at = above;
        ck_assert_int_eq(unlinkat(at, name, AT_REMOVEDIR), 0);
        ck_assert_int_eq(unlinkat(at, "beside", AT_REMOVEDIR), 0);
    }
    (void)close(at);
}

START_TEST(depth_takes_no_descriptors)
{
    const int last = make_deep(DEPTH);
    allow_few();
    ck_assert_int_eq(snug_descent_each(top, count, NULL), 0);
    ck_assert_uint_eq(n_seen, 2 * DEPTH);
    remove_deep(last, DEPTH);
}
END_TEST

START_TEST(nothing_stays_open)
{
    folder_put("one/two/three/", "");
    allow_few();
    for (unsigned i = 0; i < 2 * FEW; i++)
        ck_assert_int_eq(snug_descent_each(top, count, NULL), 0);
    ck_assert_uint_eq(n_seen, 2 * FEW * 3);
}
END_TEST

START_TEST(each_of_many_is_seen_once)
{
    for (unsigned i = 0; i < WIDTH; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "of-many-%u", i);
        ck_assert_int_eq(mkdirat(top, name, 0755), 0);
    }
    ck_assert_int_eq(snug_descent_each(top, count, NULL), 0);
    ck_assert_uint_eq(n_seen, WIDTH);
}
END_TEST

START_TEST(links_and_files_lead_nowhere)
{
    folder_put("one/file", "");
    ck_assert_int_eq(symlinkat("..", top, "one/up"), 0);
    ck_assert_int_eq(snug_descent_each(top, count, NULL), 0);
    ck_assert_uint_eq(n_seen, 1);
}
END_TEST

/* The one that is looked at, with what is in it. */
static void take_away(int directory, void *context)
{
    (void)context;
    n_seen++;
    (void)unlinkat(directory, "in", AT_REMOVEDIR);
    (void)unlinkat(top, "one", AT_REMOVEDIR);
    (void)unlinkat(top, "two", AT_REMOVEDIR);
}

START_TEST(what_goes_meanwhile_is_passed_over)
{
    folder_put("one/in/", "");
    folder_put("two/in/", "");
    folder_put("three/in/", "");
    ck_assert_int_eq(snug_descent_each(top, take_away, NULL), 0);
    ck_assert_uint_ge(n_seen, 2);
    ck_assert_uint_le(n_seen, 4);
}
END_TEST

static void move_away(int directory, void *context)
{
    (void)directory;
    n_seen++;
    (void)renameat(top, "one/in", *(const int *)context, "in");
}

/* Else the walk would go on wherever that is. */
START_TEST(what_is_moved_is_not_followed)
{
    folder_put("one/in/deeper/", "");
    folder_put("elsewhere/secret/", "");
    const int elsewhere = openat(top, "elsewhere", O_RDONLY | O_DIRECTORY);
    const int one = openat(top, "one", O_RDONLY | O_DIRECTORY);
    ck_assert_int_ge(elsewhere, 0);
    ck_assert_int_eq(snug_descent_each(one, move_away, (void *)(uintptr_t)&elsewhere),
                     -ESTALE);
    ck_assert_uint_eq(n_seen, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("descent");
    TCase *directories = tcase_create("directories");
    tcase_add_checked_fixture(directories, set_up, folder_remove);
    tcase_add_test(directories, depth_takes_no_descriptors);
    tcase_add_test(directories, nothing_stays_open);
    tcase_add_test(directories, each_of_many_is_seen_once);
    tcase_add_test(directories, links_and_files_lead_nowhere);
    tcase_add_test(directories, what_goes_meanwhile_is_passed_over);
    tcase_add_test(directories, what_is_moved_is_not_followed);
    suite_add_tcase(suite, directories);
    return suite_run(suite);
}
