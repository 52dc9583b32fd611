/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which memory limits kill, and which are none: read from files in the shape of cgroups.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "folder.h"
#include "snug/facts/limits.h"

static struct snug_cgroup cgroup_at(const char *directory)
{
    struct snug_cgroup ret = {.has_directory = true, .is_v2 = true, .n_top = strlen("/u")};
    strcpy(ret.directory, directory);
    return ret;
}

START_TEST(memory_high_is_no_limit_that_kills)
{
    const struct snug_cgroup cgroup = cgroup_at("/u/a");
    struct snug_memory_facts found;
    folder_put("u/memory.max", "16384\n");
    folder_put("u/a/memory.max", "max\n");
    folder_put("u/a/memory.high", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, &found);
    ck_assert_uint_eq(found.limit.bytes, 4096);
    ck_assert_uint_eq(found.hard_bytes, 16384);

    folder_put("u/memory.max", "max\n");
    snug_limits_read_memory(&folder, &cgroup, &found);
    ck_assert_uint_eq(found.hard_bytes, 0);
}
END_TEST

static const struct {
    const char *label;
    const char *meminfo; /* NULL: there is none. */
    const char *limit;
    enum snug_kind kind;
} all_memory[] = {
    {"what gVisor says without a limit", "MemTotal:       24683620 kB\n", "25276026880\n",
     SNUG_NONE},
    {"more than there is", "MemTotal:       24683620 kB\n", "34359738368\n", SNUG_NONE},
    {"a sandbox as small as its limit", "MemTotal:         262144 kB\n", "268435456\n",
     SNUG_SET},
    {"a page less than there is", "MemTotal:       24683620 kB\n", "25276022784\n",
     SNUG_SET},
    {"no meminfo", NULL, "25276026880\n", SNUG_SET},
};

START_TEST(all_of_the_machines_memory_is_no_limit)
{
    struct snug_cgroup cgroup = cgroup_at("/u");
    cgroup.is_v2 = false;
    if (all_memory[_i].meminfo)
        folder_put("proc/meminfo", all_memory[_i].meminfo);
    folder_put("u/memory.limit_in_bytes", all_memory[_i].limit);
    struct snug_memory_facts found;
    snug_limits_read_memory(&folder, &cgroup, &found);
    ck_assert_msg(found.limit.kind == all_memory[_i].kind &&
                      !found.hard_bytes == (found.limit.kind == SNUG_NONE),
                  "%s: %d", all_memory[_i].label, found.limit.kind);
}
END_TEST

static Suite *hard_suite(void)
{
    Suite *suite = suite_create("hard");
    TCase *tcase = tcase_create("memory");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_test(tcase, memory_high_is_no_limit_that_kills);
    tcase_add_loop_test(tcase, all_of_the_machines_memory_is_no_limit, 0,
                        sizeof all_memory / sizeof *all_memory);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(hard_suite());
}
