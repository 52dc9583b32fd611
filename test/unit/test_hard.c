/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which memory limits kill, and which are none: read from files in the shape of cgroups.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "folder.h"
#include "group.h"
#include "snug/facts/limits.h"

START_TEST(memory_high_is_no_limit_that_kills)
{
    struct snug_cgroup cgroup = cgroup_at("/u/a");
    struct snug_memory_facts found;
    folder_put("u/memory.max", "16384\n");
    folder_put("u/a/memory.max", "max\n");
    folder_put("u/a/memory.high", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_uint_eq(found.limit.bytes, 4096);
    ck_assert_uint_eq(found.hard_bytes, 16384);

    folder_put("u/memory.max", "max\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
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
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_msg(found.limit.kind == all_memory[_i].kind &&
                      !found.hard_bytes == (found.limit.kind == SNUG_NONE),
                  "%s: %d", all_memory[_i].label, found.limit.kind);
}
END_TEST

#define GIB_4 "4194304 kB\n"

/* A machine of 4 GiB, and what lxcfs says. */
static const struct {
    const char *label;
    const char *meminfo;
    const char *node; /* NULL: there is none. */
    const char *own;
    enum snug_kind kind;
    uint64_t bytes;
    const char *from;
} stated[] = {
    {"no meminfo", "", "Node 0 MemTotal: " GIB_4, "max\n", SNUG_NONE, 0, ""},
    {"no memory at all", "MemTotal: 0 kB\n", "Node 0 MemTotal: " GIB_4, "max\n", SNUG_NONE,
     0, ""},
    {"what the machine has is not known", "MemTotal: 524288 kB\n", NULL, "max\n", SNUG_NONE,
     0, ""},
    {"no limit", "MemTotal: " GIB_4, "Node 0 MemTotal: " GIB_4, "max\n", SNUG_NONE, 0, ""},
    {"a page less than the machine has", "MemTotal: 4194300 kB\n",
     "Node 0 MemTotal: " GIB_4, "max\n", SNUG_NONE, 0, ""},
    {"a limit above the namespace", "MemTotal: 524288 kB\n", "Node 0 MemTotal: " GIB_4,
     "max\n", SNUG_SET, 536870912, "/proc/meminfo"},
    {"no cgroup to be seen", "MemTotal: 524288 kB\n", "Node 0 MemTotal: " GIB_4, NULL,
     SNUG_SET, 536870912, "/proc/meminfo"},
    {"a limit of no whole MiB", "MemTotal: 500001 kB\n", "Node 0 MemTotal: " GIB_4, "max\n",
     SNUG_SET, 512001024, "/proc/meminfo"},
    {"the own one is looser", "MemTotal: 524288 kB\n", "Node 0 MemTotal: " GIB_4,
     "1073741824\n", SNUG_SET, 536870912, "/proc/meminfo"},
    {"the own one is the same", "MemTotal: 524288 kB\n", "Node 0 MemTotal: " GIB_4,
     "536870912\n", SNUG_SET, 536870912, "/u/memory.max"},
    {"the own one is tighter", "MemTotal: 524288 kB\n", "Node 0 MemTotal: " GIB_4,
     "268435456\n", SNUG_SET, 268435456, "/u/memory.max"},
};

START_TEST(what_lxcfs_states_is_a_limit)
{
    struct snug_cgroup cgroup = cgroup_at("/u");
    if (!stated[_i].own)
        cgroup = (struct snug_cgroup){.why = SNUG_WHY_NOT_MOUNTED};
    else
        folder_put("u/memory.max", stated[_i].own);
    folder_put("proc/meminfo", stated[_i].meminfo);
    folder_put("sys/devices/system/node/online", "0\n");
    if (stated[_i].node)
        folder_put("sys/devices/system/node/node0/meminfo", stated[_i].node);
    struct snug_memory_facts found;
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert(!found.limit.is_stated); /* Nobody states anything. */

    cgroup.is_stated = true;
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_msg(found.limit.kind == stated[_i].kind, "%s: %d", stated[_i].label,
                  found.limit.kind);
    ck_assert_str_eq(found.limit.from, stated[_i].from);
    ck_assert_int_eq(found.limit.is_stated, strcmp(stated[_i].from, "/proc/meminfo") == 0);
    ck_assert_uint_eq(found.limit.bytes, stated[_i].bytes);
    ck_assert_uint_eq(found.hard_bytes, stated[_i].bytes);
}
END_TEST

/* Each file costs three system calls in every start. */
START_TEST(what_can_say_nothing_more_is_not_read)
{
    struct snug_cgroup cgroup = cgroup_at("/u/a");
    struct snug_memory_facts found;
    folder_put("u/a/memory.high", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_NONE);

    cgroup.is_v2 = false;
    folder_put("u/a/memory.stat", "hierarchical_memory_limit 9223372036854771712\n");
    folder_put("u/a/memory.limit_in_bytes", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_NONE);
}
END_TEST

START_TEST(which_file_sets_a_known_limit_is_read_for_who_asks)
{
    struct snug_cgroup cgroup = cgroup_at("/u/a");
    struct snug_memory_facts found;
    cgroup.is_v2 = false;
    folder_put("u/a/memory.stat", "hierarchical_memory_limit 8192\n");
    folder_put("u/a/memory.limit_in_bytes", "16384\n");
    folder_put("u/memory.limit_in_bytes", "8192\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_str_eq(found.limit.from, "/u/memory.limit_in_bytes");

    folder_put("u/a/memory.limit_in_bytes", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, false, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_SET);
    ck_assert_uint_eq(found.limit.bytes, 8192);
    ck_assert_uint_eq(found.hard_bytes, 8192);
    ck_assert_str_eq(found.limit.from, "/u/a/memory.stat");

    /* Without that line the files are all there is. */
    folder_put("u/a/memory.stat", "cache 0\n");
    snug_limits_read_memory(&folder, &cgroup, false, &found);
    ck_assert_uint_eq(found.limit.bytes, 4096);
    ck_assert_str_eq(found.limit.from, "/u/a/memory.limit_in_bytes");
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
    tcase_add_loop_test(tcase, what_lxcfs_states_is_a_limit, 0,
                        sizeof stated / sizeof *stated);
    tcase_add_test(tcase, what_can_say_nothing_more_is_not_read);
    tcase_add_test(tcase, which_file_sets_a_known_limit_is_read_for_who_asks);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return suite_run(hard_suite());
}
