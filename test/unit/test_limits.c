/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the limit files say, and which of several counts. Whole machines are in test/tree.
 */
#include "suite.h"
#include "folder.h"
#include "group.h"
#include "snug/facts/limits.h"

static const struct {
    const char *label;
    const char *text;
    enum snug_kind kind;
    uint64_t quota_usec;
    uint64_t period_usec;
} cpu_max[] = {
    {"empty", "", SNUG_UNKNOWN, 0, 0},
    {"newline only", "\n", SNUG_UNKNOWN, 0, 0},
    {"the kernel's period", "150000\n", SNUG_SET, 150000, 100000},
    {"no limit, the kernel's period", "max\n", SNUG_NONE, 0, 0},
    {"period 0", "150000 0\n", SNUG_UNKNOWN, 0, 0},
    {"max, period 0", "max 0\n", SNUG_UNKNOWN, 0, 0},
    {"quota 0", "0 100000\n", SNUG_UNKNOWN, 0, 0},
    {"negative quota", "-1 100000\n", SNUG_UNKNOWN, 0, 0},
    {"three fields", "150000 100000 1\n", SNUG_UNKNOWN, 0, 0},
    {"two lines", "150000 100000\n1 1\n", SNUG_UNKNOWN, 0, 0},
    {"fields on two lines", "150000\n100000\n", SNUG_UNKNOWN, 0, 0},
    {"letters", "15o000 100000\n", SNUG_UNKNOWN, 0, 0},
    {"Max", "Max 100000\n", SNUG_UNKNOWN, 0, 0},
    {"period letters", "max usec\n", SNUG_UNKNOWN, 0, 0},
    {"quota past 2^64", "18446744073709551616 100000\n", SNUG_UNKNOWN, 0, 0},
    {"fraction", "1.5 100000\n", SNUG_UNKNOWN, 0, 0},
    {"no limit", "max 100000\n", SNUG_NONE, 0, 0},
    {"limit", "150000 100000\n", SNUG_SET, 150000, 100000},
    {"no newline", "150000 100000", SNUG_SET, 150000, 100000},
    {"other period", "2500 10000\n", SNUG_SET, 2500, 10000},
    {"largest", "18446744073709551615 1\n", SNUG_SET, UINT64_MAX, 1},
};

START_TEST(cpu_max_is_quota_and_period)
{
    uint64_t quota_usec = 0;
    uint64_t period_usec = 0;
    const enum snug_kind kind = snug_limits_parse_cpu_max(snug_text_of(cpu_max[_i].text),
                                                          &quota_usec, &period_usec);
    ck_assert_msg(kind == cpu_max[_i].kind, "%s: %d", cpu_max[_i].label, kind);
    ck_assert_uint_eq(quota_usec, cpu_max[_i].quota_usec);
    ck_assert_uint_eq(period_usec, cpu_max[_i].period_usec);
}
END_TEST

static const struct {
    const char *label;
    const char *quota;
    const char *period;
    enum snug_kind kind;
    uint64_t quota_usec;
    uint64_t period_usec;
} cfs[] = {
    {"empty quota", "", "100000\n", SNUG_UNKNOWN, 0, 0},
    {"empty period", "150000\n", "", SNUG_UNKNOWN, 0, 0},
    {"period 0", "150000\n", "0\n", SNUG_UNKNOWN, 0, 0},
    {"quota 0", "0\n", "100000\n", SNUG_UNKNOWN, 0, 0},
    {"quota -2", "-2\n", "100000\n", SNUG_UNKNOWN, 0, 0},
    {"version 2's word", "max\n", "100000\n", SNUG_UNKNOWN, 0, 0},
    {"two fields", "150000 100000\n", "100000\n", SNUG_UNKNOWN, 0, 0},
    {"no limit", "-1\n", "100000\n", SNUG_NONE, 0, 0},
    {"no limit, no period", "-1\n", "", SNUG_NONE, 0, 0},
    {"limit", "150000\n", "100000\n", SNUG_SET, 150000, 100000},
    {"no newline", "150000", "100000", SNUG_SET, 150000, 100000},
};

START_TEST(version_1_has_quota_and_period_apart)
{
    uint64_t quota_usec = 0;
    uint64_t period_usec = 0;
    const enum snug_kind kind =
        snug_limits_parse_cfs(snug_text_of(cfs[_i].quota), snug_text_of(cfs[_i].period),
                              &quota_usec, &period_usec);
    ck_assert_msg(kind == cfs[_i].kind, "%s: %d", cfs[_i].label, kind);
    ck_assert_uint_eq(quota_usec, cfs[_i].quota_usec);
    ck_assert_uint_eq(period_usec, cfs[_i].period_usec);
}
END_TEST

static const struct {
    const char *label;
    const char *text;
    enum snug_kind kind;
    uint64_t bytes;
} memory[] = {
    {"empty", "", SNUG_UNKNOWN, 0},
    {"unit", "256M\n", SNUG_UNKNOWN, 0},
    {"negative", "-1\n", SNUG_UNKNOWN, 0},
    {"two fields", "1 2\n", SNUG_UNKNOWN, 0},
    {"past 2^64", "18446744073709551616\n", SNUG_UNKNOWN, 0},
    {"no limit", "max\n", SNUG_NONE, 0},
    {"no limit on version 1, 4 KiB pages", "9223372036854771712\n", SNUG_NONE, 0},
    {"no limit on version 1, 64 KiB pages", "9223372036854710272\n", SNUG_NONE, 0},
    {"no limit before Linux 3.19", "18446744073709551615\n", SNUG_NONE, 0},
    {"2^62", "4611686018427387904\n", SNUG_NONE, 0},
    {"just below 2^62", "4611686018427387903\n", SNUG_SET, 4611686018427387903},
    {"nothing at all", "0\n", SNUG_SET, 0},
    {"limit", "268435456\n", SNUG_SET, 268435456},
    {"no newline", "268435456", SNUG_SET, 268435456},
};

START_TEST(memory_files_are_bytes)
{
    uint64_t bytes = 0;
    const enum snug_kind kind =
        snug_limits_parse_bytes(snug_text_of(memory[_i].text), &bytes);
    ck_assert_msg(kind == memory[_i].kind, "%s: %d", memory[_i].label, kind);
    ck_assert_uint_eq(bytes, memory[_i].bytes);
}
END_TEST

/* The process's cgroup is /u/a/b, /u is the mount's top. NULL: the file is not there. */
static const struct {
    const char *label;
    const char *top;
    const char *parent;
    const char *own;
    enum snug_kind kind;
    enum snug_why why;
    uint64_t quota_usec;
    const char *from;
    enum snug_kind own_kind;
} way_up[] = {
    {"nobody has it", NULL, NULL, NULL, SNUG_NONE, 0, 0, "", SNUG_NONE},
    {"own malformed, no other", NULL, NULL, "x", SNUG_UNKNOWN, SNUG_WHY_MALFORMED, 0, "",
     SNUG_UNKNOWN},
    {"own malformed, parent none", NULL, "max 100000", "x", SNUG_UNKNOWN,
     SNUG_WHY_MALFORMED, 0, "", SNUG_UNKNOWN},
    {"own malformed, parent set", NULL, "50000 100000", "x", SNUG_SET, 0, 50000,
     "/u/a/cpu.max", SNUG_UNKNOWN},
    {"own none, parent malformed", NULL, "x", "max 100000", SNUG_NONE, 0, 0, "", SNUG_NONE},
    {"parent malformed, others set", "90000 100000", "", "150000 100000", SNUG_SET, 0,
     90000, "/u/cpu.max", SNUG_SET},
    {"file larger than any number", NULL, NULL,
     "1000000000000000000000000000000000000000000000000000000000000000000000 100000",
     SNUG_UNKNOWN, SNUG_WHY_MALFORMED, 0, "", SNUG_UNKNOWN},
    {"all none", "max 100000", "max 100000", "max 100000", SNUG_NONE, 0, 0, "", SNUG_NONE},
    {"own alone", NULL, "max 100000", "150000 100000", SNUG_SET, 0, 150000,
     "/u/a/b/cpu.max", SNUG_SET},
    {"parent tighter", NULL, "50000 100000", "150000 100000", SNUG_SET, 0, 50000,
     "/u/a/cpu.max", SNUG_SET},
    {"own tighter", NULL, "150000 100000", "50000 100000", SNUG_SET, 0, 50000,
     "/u/a/b/cpu.max", SNUG_SET},
    {"the nearest of equals", "50000 100000", "100000 200000", "50000 100000", SNUG_SET, 0,
     50000, "/u/a/b/cpu.max", SNUG_SET},
    {"other periods", NULL, "20000 10000", "150000 100000", SNUG_SET, 0, 150000,
     "/u/a/b/cpu.max", SNUG_SET},
    {"products past 2^64", NULL, "18446744073709551615 18446744073709551615",
     "18446744073709551614 18446744073709551615", SNUG_SET, 0, UINT64_MAX - 1,
     "/u/a/b/cpu.max", SNUG_SET},
    {"top only", "300000 100000", NULL, NULL, SNUG_SET, 0, 300000, "/u/cpu.max", SNUG_NONE},
};

static void put_if(const char *path, const char *text)
{
    if (text)
        folder_put(path, text);
}

START_TEST(the_tightest_on_the_way_up_counts)
{
    folder_put("u/a/b/", "");
    put_if("u/cpu.max", way_up[_i].top);
    put_if("u/a/cpu.max", way_up[_i].parent);
    put_if("u/a/b/cpu.max", way_up[_i].own);

    struct snug_cgroup cgroup = cgroup_at("/u/a/b");
    struct snug_quota limit;
    struct snug_quota own;
    snug_limits_read_cpu(&folder, &cgroup, &limit, &own);
    const char *label = way_up[_i].label;
    ck_assert_msg(limit.kind == way_up[_i].kind, "%s: %d", label, limit.kind);
    ck_assert_msg(limit.why == way_up[_i].why, "%s: %d", label, limit.why);
    ck_assert_msg(limit.quota_usec == way_up[_i].quota_usec, "%s", label);
    ck_assert_msg(strcmp(limit.from, way_up[_i].from) == 0, "%s: %s", label, limit.from);
    ck_assert_msg(own.kind == way_up[_i].own_kind, "%s: own %d", label, own.kind);
}
END_TEST

START_TEST(a_missing_controller_is_no_limit_unless_it_must_be_elsewhere)
{
    struct snug_cgroup cgroup = cgroup_at("/u/a");
    struct snug_memory_facts found;
    folder_put("u/a/", "");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_NONE);

    cgroup.if_no_file = SNUG_WHY_NOT_MOUNTED;
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_UNKNOWN);
    ck_assert_int_eq(found.limit.why, SNUG_WHY_NOT_MOUNTED);

    folder_put("u/memory.max", "max\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_NONE);
}
END_TEST

START_TEST(a_missing_directory_is_not_visible)
{
    struct snug_cgroup cgroup = cgroup_at("/u/a");
    struct snug_memory_facts found;
    folder_put("u/memory.max", "max\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_UNKNOWN);
    ck_assert_int_eq(found.limit.why, SNUG_WHY_NOT_VISIBLE);

    folder_put("u/memory.max", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_SET);
    ck_assert_uint_eq(found.limit.bytes, 4096);
}
END_TEST

START_TEST(the_top_of_a_mount_above_is_an_ancestor)
{
    struct snug_cgroup cgroup = cgroup_at("/u");
    cgroup.why = SNUG_WHY_NOT_VISIBLE;
    struct snug_quota limit;
    struct snug_quota own;
    folder_put("u/cpu.max", "150000 100000\n");
    snug_limits_read_cpu(&folder, &cgroup, &limit, &own);
    ck_assert_int_eq(own.kind, SNUG_UNKNOWN);
    ck_assert_int_eq(own.why, SNUG_WHY_NOT_VISIBLE);
    ck_assert_int_eq(limit.kind, SNUG_SET);
    ck_assert_str_eq(limit.from, "/u/cpu.max");
}
END_TEST

START_TEST(a_directory_in_a_files_place_cannot_be_read)
{
    struct snug_cgroup cgroup = cgroup_at("/u/a");
    struct snug_memory_facts found;
    folder_put("u/a/memory.max/", "");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_UNKNOWN);
    ck_assert_int_eq(found.limit.why, SNUG_WHY_UNREADABLE);

    folder_put("u/a/memory.high", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_SET);
    ck_assert_str_eq(found.limit.from, "/u/a/memory.high");
}
END_TEST

/* "/u", and names below it until the path has `n` bytes. */
static struct snug_cgroup cgroup_far_down(size_t n)
{
    struct snug_cgroup ret = cgroup_at("/u");
    for (; ret.n < n; ret.n++)
        ret.directory[ret.n] = ret.n % 100 == 2 ? '/' : 'x';
    return ret;
}

START_TEST(a_path_that_leaves_no_room_for_the_file_is_told)
{
    struct snug_cgroup cgroup = cgroup_far_down(SNUG_PATH_BYTES);
    struct snug_memory_facts found;
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_UNKNOWN);
    ck_assert_int_eq(found.limit.why, SNUG_WHY_TOO_LONG);

    folder_put("u/memory.max", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_SET);
    ck_assert_str_eq(found.limit.from, "/u/memory.max");
}
END_TEST

START_TEST(a_path_that_the_kernel_takes_is_read)
{
    static const size_t n_bytes[] = {1023, 1024, 3800};
    struct snug_cgroup cgroup = cgroup_far_down(n_bytes[_i]);
    char path[SNUG_PATH_BYTES];
    snprintf(path, sizeof path, "%.*s/memory.max", (int)cgroup.n, cgroup.directory);
    folder_put(path + 1, "4096\n");
    struct snug_memory_facts found;
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_int_eq(found.limit.kind, SNUG_SET);
    ck_assert_str_eq(found.limit.from, path);
}
END_TEST

static const struct {
    const char *label;
    const char *limit;
    const char *stat;
    enum snug_kind kind;
    uint64_t bytes;
    const char *from;
} hierarchical[] = {
    {"malformed", "9223372036854771712\n", "hierarchical_memory_limit 1M\n", SNUG_NONE, 0,
     ""},
    {"another key", "9223372036854771712\n", "hierarchical_memsw_limit 4096\n", SNUG_NONE,
     0, ""},
    {"no limit", "9223372036854771712\n", "hierarchical_memory_limit 9223372036854771712\n",
     SNUG_NONE, 0, ""},
    {"an ancestor that is not visible", "9223372036854771712\n",
     "cache 0\nrss 0\nhierarchical_memory_limit 1048576\nhierarchical_memsw_limit 4096\n",
     SNUG_SET, 1048576, "/u/memory.stat"},
    {"own limit", "1048576\n", "hierarchical_memory_limit 1048576\n", SNUG_SET, 1048576,
     "/u/memory.limit_in_bytes"},
    {"no such line", "1048576\n", "cache 0\n", SNUG_SET, 1048576,
     "/u/memory.limit_in_bytes"},
};

START_TEST(version_1_tells_the_limit_of_hidden_ancestors)
{
    struct snug_cgroup cgroup = cgroup_at("/u");
    cgroup.is_v2 = false;
    folder_put("u/memory.limit_in_bytes", hierarchical[_i].limit);
    folder_put("u/memory.stat", hierarchical[_i].stat);

    struct snug_memory_facts found;
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    const char *label = hierarchical[_i].label;
    ck_assert_msg(found.limit.kind == hierarchical[_i].kind, "%s: %d", label,
                  found.limit.kind);
    ck_assert_msg(found.limit.bytes == hierarchical[_i].bytes, "%s", label);
    ck_assert_msg(strcmp(found.limit.from, hierarchical[_i].from) == 0, "%s", label);
}
END_TEST

START_TEST(a_hidden_limit_is_named_by_the_own_cgroups_file)
{
    struct snug_cgroup cgroup = cgroup_at("/u/a");
    cgroup.is_v2 = false;
    folder_put("u/a/memory.limit_in_bytes", "9223372036854771712\n");
    folder_put("u/a/memory.stat", "hierarchical_memory_limit 4096\n");
    folder_put("u/memory.limit_in_bytes", "8192\n");
    struct snug_memory_facts found;
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_uint_eq(found.limit.bytes, 4096);
    ck_assert_str_eq(found.limit.from, "/u/a/memory.stat");

    folder_put("u/memory.limit_in_bytes", "4096\n");
    snug_limits_read_memory(&folder, &cgroup, true, &found);
    ck_assert_uint_eq(found.limit.bytes, 4096);
    ck_assert_str_eq(found.limit.from, "/u/memory.limit_in_bytes");
}
END_TEST

START_TEST(version_1_without_a_period_file_is_malformed)
{
    struct snug_cgroup cgroup = cgroup_at("/u");
    cgroup.is_v2 = false;
    folder_put("u/cpu.cfs_quota_us", "150000\n");
    struct snug_quota limit;
    struct snug_quota own;
    snug_limits_read_cpu(&folder, &cgroup, &limit, &own);
    ck_assert_int_eq(limit.kind, SNUG_UNKNOWN);
    ck_assert_int_eq(limit.why, SNUG_WHY_MALFORMED);
}
END_TEST

static Suite *limits_suite(void)
{
    Suite *suite = suite_create("limits");
    TCase *texts = tcase_create("texts");
    tcase_add_loop_test(texts, cpu_max_is_quota_and_period, 0,
                        sizeof cpu_max / sizeof *cpu_max);
    tcase_add_loop_test(texts, version_1_has_quota_and_period_apart, 0,
                        sizeof cfs / sizeof *cfs);
    tcase_add_loop_test(texts, memory_files_are_bytes, 0, sizeof memory / sizeof *memory);
    suite_add_tcase(suite, texts);

    TCase *search = tcase_create("search");
    tcase_add_checked_fixture(search, folder_make, folder_remove);
    tcase_add_loop_test(search, the_tightest_on_the_way_up_counts, 0,
                        sizeof way_up / sizeof *way_up);
    tcase_add_test(search, a_missing_controller_is_no_limit_unless_it_must_be_elsewhere);
    tcase_add_test(search, a_missing_directory_is_not_visible);
    tcase_add_test(search, the_top_of_a_mount_above_is_an_ancestor);
    tcase_add_loop_test(search, a_path_that_the_kernel_takes_is_read, 0, 3);
    tcase_add_test(search, a_directory_in_a_files_place_cannot_be_read);
    tcase_add_test(search, a_path_that_leaves_no_room_for_the_file_is_told);
    tcase_add_loop_test(search, version_1_tells_the_limit_of_hidden_ancestors, 0,
                        sizeof hierarchical / sizeof *hierarchical);
    tcase_add_test(search, a_hidden_limit_is_named_by_the_own_cgroups_file);
    tcase_add_test(search, version_1_without_a_period_file_is_malformed);
    suite_add_tcase(suite, search);
    return suite;
}

int main(void)
{
    return suite_run(limits_suite());
}
