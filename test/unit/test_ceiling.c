/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When growth of the heap is refused: cgroups of files in a folder.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "snug/apply/ceiling.h"
#include "suite.h"

#define MIB          ((uint64_t)1 << 20)
#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows)[0])

enum { CHUNK_BYTES = 4 << 20 };

static void put(const char *name, const char *text)
{
    if (text)
        folder_put(name, text);
    else
        (void)unlinkat(folder.fd, name, 0);
}

static struct snug_bytes limit_of(const char *name, uint64_t bytes)
{
    struct snug_bytes ret = {.kind = SNUG_SET, .bytes = bytes};
    (void)snprintf(ret.from, sizeof ret.from, "%s/%s", folder_path, name);
    return ret;
}

static void arm(const char *name)
{
    static const struct snug_log log = {.path = "/dev/null"};
    const struct snug_bytes limit = limit_of(name, 256 * MIB);
    snug_ceiling_arm(&limit, &log);
}

/* Bytes: 234881024 are 224 MiB, 264241152 are 252 MiB, 268435456 are 256 MiB. No swap may
 * be had, since the machine's would count. */
static const struct row {
    const char *label;
    const char *max, *current, *stat;
    bool is_allowed;
} rows[] = {
    {"far from the limit", "268435456\n", "234881024\n", "", true},
    {"at the limit", "268435456\n", "264241152\n", "anon 264241152\n", false},
    {"page cache", "268435456\n", "264241152\n",
     "inactive_file 4194304\nactive_file 4194304\n", true},
    {"directory entries", "268435456\n", "264241152\n", "slab_reclaimable 8388608\n", true},
    {"all three, and too little", "268435456\n", "268435456\n",
     "inactive_file 1048576\nactive_file 1048576\nslab_reclaimable 1048576\n", false},
    {"what cannot be given up", "268435456\n", "264241152\n",
     "shmem 99999999\nslab_unreclaimable 99999999\nslab 99999999\n", false},
    {"more given up than used", "4194304\n", "1\n", "active_file 99999999\n", false},
    {"a limit that was raised", "536870912\n", "264241152\n", "", true},
    {"a limit that was lowered", "134217728\n", "234881024\n", "", false},
    {"a limit that was lifted", "max\n", "264241152\n", "", true},
    {"no limit can be read", NULL, "264241152\n", "", true},
    {"no use can be read", "268435456\n", NULL, "", true},
    {"a use that is no number", "268435456\n", "many\n", "", true},
    {"what is given up cannot be told", "268435456\n", "264241152\n", "active_file many\n",
     true},
};

START_TEST(what_the_kernel_would_kill_for_is_refused)
{
    const struct row *row = &rows[_i];
    put("memory.max", row->max);
    put("memory.current", row->current);
    put("memory.stat", row->stat);
    put("memory.swap.max", "0\n");
    put("memory.swap.current", "0\n");
    arm("memory.max");
    ck_assert_msg(snug_ceiling_allows(CHUNK_BYTES) == row->is_allowed, "%s", row->label);
}
END_TEST

static const struct row v1_rows[] = {
    {"at the limit", "268435456\n", "264241152\n", "0\n", false},
    {"the kernel's own memory", "268435456\n", "264241152\n", "8388608\n", true},
    {"too little of it", "268435456\n", "264241152\n", "1048576\n", false},
    {"a kernel that does not tell", "268435456\n", "264241152\n", NULL, false},
    {"a limit that was raised", "536870912\n", "264241152\n", "0\n", true},
};

START_TEST(version_1_is_judged_likewise)
{
    const struct row *row = &v1_rows[_i];
    put("memory.limit_in_bytes", row->max);
    put("memory.memsw.limit_in_bytes", row->max);
    put("memory.usage_in_bytes", row->current);
    put("memory.kmem.usage_in_bytes", row->stat);
    put("memory.stat", "total_inactive_file 0\ntotal_active_file 0\n");
    arm("memory.limit_in_bytes");
    ck_assert_msg(snug_ceiling_allows(CHUNK_BYTES) == row->is_allowed, "%s", row->label);
}
END_TEST

START_TEST(an_ancestor_that_cannot_be_seen_sets_a_limit)
{
    put("memory.usage_in_bytes", "264241152\n");
    put("memory.limit_in_bytes", "9223372036854771712\n");
    put("memory.memsw.limit_in_bytes", "9223372036854771712\n");
    put("memory.stat", "hierarchical_memory_limit 268435456\ntotal_active_file 0\n");
    arm("memory.stat");
    ck_assert(!snug_ceiling_allows(CHUNK_BYTES));
    put("memory.stat", "hierarchical_memory_limit 536870912\ntotal_active_file 0\n");
    ck_assert(snug_ceiling_allows(CHUNK_BYTES));
}
END_TEST

/* The parent is full, the child is not. */
static void put_family(void)
{
    put("memory.stat", "");
    put("memory.swap.max", "0\n");
    put("memory.swap.current", "0\n");
    put("child/memory.stat", "");
    put("child/memory.swap.max", "0\n");
    put("child/memory.swap.current", "0\n");
    put("memory.max", "536870912\n");
    put("memory.current", "528482304\n");
    put("child/memory.max", "268435456\n");
    put("child/memory.current", "134217728\n");
}

START_TEST(limit_and_use_are_of_one_cgroup_after_a_change)
{
    put_family();
    arm("child/memory.max");
    ck_assert(snug_ceiling_allows(CHUNK_BYTES));
    const struct snug_bytes parent = limit_of("memory.max", 512 * MIB);
    put("child/memory.max", "max\n");
    snug_ceiling_follow(&parent);
    ck_assert(!snug_ceiling_allows(CHUNK_BYTES));
    const struct snug_bytes child = limit_of("child/memory.max", 256 * MIB);
    put("child/memory.max", "268435456\n");
    snug_ceiling_follow(&child);
    ck_assert(snug_ceiling_allows(CHUNK_BYTES));
}
END_TEST

START_TEST(a_limit_that_goes_and_comes_is_followed)
{
    static const struct snug_bytes none = {.kind = SNUG_NONE};
    static const struct snug_bytes unknown = {.kind = SNUG_UNKNOWN};
    put_family();
    arm("memory.max");
    ck_assert(!snug_ceiling_allows(CHUNK_BYTES));
    snug_ceiling_follow(&unknown);
    ck_assert(!snug_ceiling_allows(CHUNK_BYTES));
    snug_ceiling_follow(&none);
    ck_assert(snug_ceiling_allows(CHUNK_BYTES));
    const struct snug_bytes again = limit_of("memory.max", 512 * MIB);
    snug_ceiling_follow(&again);
    ck_assert(!snug_ceiling_allows(CHUNK_BYTES));
}
END_TEST

START_TEST(a_guard_that_was_not_armed_stays_off)
{
    put_family();
    const struct snug_bytes parent = limit_of("memory.max", 512 * MIB);
    snug_ceiling_follow(&parent);
    ck_assert(snug_ceiling_allows(CHUNK_BYTES));
}
END_TEST

START_TEST(far_from_the_limit_nothing_is_read)
{
    put_family();
    arm("child/memory.max");
    ck_assert(snug_ceiling_allows(CHUNK_BYTES));
    put("child/memory.current", "268435456\n");
    ck_assert(snug_ceiling_allows(CHUNK_BYTES)); /* An eighth of what was left is more. */
    ck_assert(snug_ceiling_allows(CHUNK_BYTES));
    ck_assert(!snug_ceiling_allows(2 * CHUNK_BYTES));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ceiling");
    TCase *tcase = tcase_create("ceiling");
    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_test(tcase, a_guard_that_was_not_armed_stays_off);
    tcase_add_loop_test(tcase, what_the_kernel_would_kill_for_is_refused, 0, N_ROWS(rows));
    tcase_add_loop_test(tcase, version_1_is_judged_likewise, 0, N_ROWS(v1_rows));
    tcase_add_test(tcase, an_ancestor_that_cannot_be_seen_sets_a_limit);
    tcase_add_test(tcase, limit_and_use_are_of_one_cgroup_after_a_change);
    tcase_add_test(tcase, a_limit_that_goes_and_comes_is_followed);
    tcase_add_test(tcase, far_from_the_limit_nothing_is_read);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
