/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A cgroup's counting files, in a folder: what they say, and that nothing is taken for 0.
 */
#include "folder.h"
#include "snug/cli/subject/evidence.h"
#include "suite.h"

static struct snug_cgroup at;
static struct snug_cpu_evidence cpu;
static struct snug_memory_evidence memory;

static void put(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "pod/app/%s", name);
    folder_put(path, text);
}

static void set_up(void)
{
    static const char directory[] = "/pod/app";
    folder_make();
    folder_put("pod/app/", "");
    at = (struct snug_cgroup){.has_directory = true, .is_v2 = true};
    at.n = sizeof directory - 1;
    memcpy(at.directory, directory, sizeof directory);
}

static void read_both(void)
{
    snug_evidence_read_cpu(&folder, &at, &cpu);
    snug_evidence_read_memory(&folder, &at, &memory);
}

static void assert_figure(struct snug_figure figure, uint64_t number)
{
    ck_assert(figure.is_known);
    ck_assert_uint_eq(figure.number, number);
}

static void assert_unknown(struct snug_figure figure)
{
    ck_assert(!figure.is_known);
}

START_TEST(pressure_has_two_lines)
{
    put("cpu.pressure", "some avg10=12.34 avg60=1.00 avg300=0.00 total=5000000\n"
                        "full avg10=0.05 avg60=0.00 avg300=0.00 total=70\n");
    put("memory.pressure", "some avg10=100.00 avg60=1.00 avg300=0.00 total=1\n");
    read_both();
    assert_figure(cpu.pressure.some, 1234);
    assert_figure(cpu.pressure.full, 5);
    assert_figure(cpu.pressure.some_usec, 5000000);
    assert_figure(cpu.pressure.full_usec, 70);
    assert_figure(memory.pressure.some, 10000);
    assert_unknown(memory.pressure.full);
    assert_unknown(memory.pressure.full_usec);
}
END_TEST

static const char *const not_pressure[] = {
    "",
    "some\n",
    "some avg10=1 total=x\n",
    "some avg10=1.2\n",
    "some avg10=101.00\n",
    "some avg10=1.234 total=-1\n",
    "more avg10=1.00 total=1\n",
};

START_TEST(what_is_no_pressure_is_not_known)
{
    put("cpu.pressure", not_pressure[_i]);
    read_both();
    assert_unknown(cpu.pressure.some);
    assert_unknown(cpu.pressure.full);
    assert_unknown(cpu.pressure.some_usec);
}
END_TEST

START_TEST(limits_are_this_cgroups)
{
    folder_put("pod/cpu.max", "10000 100000\n");
    folder_put("pod/memory.max", "4096\n");
    put("cpu.max", "150000 100000\n");
    put("memory.max", "268435456\n");
    put("memory.high", "max\n");
    read_both();
    ck_assert_int_eq(cpu.limit_milli.kind, SNUG_SET);
    ck_assert_uint_eq(cpu.limit_milli.number, 1500);
    ck_assert_int_eq(memory.limit_bytes.kind, SNUG_SET);
    ck_assert_uint_eq(memory.limit_bytes.number, 268435456);
    ck_assert_int_eq(memory.high_bytes.kind, SNUG_NONE);

    ck_assert(snug_evidence_go_to(&at, "/pod/memory.max"));
    ck_assert_uint_eq(at.n, 4);
    ck_assert(!snug_evidence_go_to(&at, "/proc/meminfo"));
    ck_assert_uint_eq(at.n, 4);
    read_both();
    ck_assert_str_eq(memory.directory, "/pod");
    ck_assert_uint_eq(cpu.limit_milli.number, 100);
    ck_assert_uint_eq(memory.limit_bytes.number, 4096);
}
END_TEST

START_TEST(a_limit_without_a_file_is_none_and_one_of_no_cgroup_is_not_known)
{
    read_both();
    ck_assert_int_eq(cpu.limit_milli.kind, SNUG_NONE);
    ck_assert_int_eq(memory.limit_bytes.kind, SNUG_NONE);
    at.directory[5] = 'x';
    read_both();
    ck_assert_int_eq(cpu.limit_milli.kind, SNUG_UNKNOWN);
    ck_assert_int_eq(memory.limit_bytes.kind, SNUG_UNKNOWN);
}
END_TEST

START_TEST(events_are_told_apart)
{
    put("memory.events", "low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\n");
    read_both();
    assert_figure(memory.reclaimed, 1);
    assert_figure(memory.slowed, 2);
    assert_figure(memory.hit, 3);
    assert_figure(memory.starved, 4);
    assert_figure(memory.killed, 5);
}
END_TEST

START_TEST(huge_pages_are_a_part_of_what_is_anonymous)
{
    put("memory.stat", "anon 8388608\nfile 1\nfile_thp 2\nanon_thp 4194304\n");
    read_both();
    assert_figure(memory.anonymous, 8388608);
    assert_figure(memory.huge, 4194304);
    at.is_v2 = false;
    put("memory.stat", "rss_huge 1\ntotal_rss 4194304\ntotal_rss_huge 2097152\n");
    read_both();
    assert_figure(memory.anonymous, 4194304);
    assert_figure(memory.huge, 2097152);
}
END_TEST

START_TEST(version_1_has_fewer)
{
    at.is_v2 = false;
    put("cpu.cfs_quota_us", "50000\n");
    put("cpu.cfs_period_us", "100000\n");
    put("cpu.stat", "nr_periods 10\nnr_throttled 3\nthrottled_time 2500000\n");
    put("memory.limit_in_bytes", "9223372036854771712\n");
    put("memory.failcnt", "7\n");
    read_both();
    ck_assert_uint_eq(cpu.limit_milli.number, 500);
    assert_figure(cpu.throttled_usec, 2500);
    assert_unknown(cpu.usage_usec);
    assert_unknown(cpu.pressure.some);
    ck_assert_int_eq(memory.limit_bytes.kind, SNUG_NONE);
    assert_figure(memory.hit, 7);
    assert_unknown(memory.slowed);
    assert_unknown(memory.killed);
    assert_unknown(memory.swap);
    assert_unknown(memory.sockets);
}
END_TEST

START_TEST(without_files_nothing_is_known)
{
    read_both();
    assert_unknown(cpu.periods);
    assert_unknown(cpu.throttled_usec);
    assert_unknown(memory.current);
    assert_unknown(memory.kernel);
    assert_unknown(memory.killed);
    assert_unknown(memory.processes);
    assert_unknown(snug_evidence_working_set(&memory));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("evidence");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, set_up, folder_remove);
    tcase_add_test(files, pressure_has_two_lines);
    tcase_add_loop_test(files, what_is_no_pressure_is_not_known, 0,
                        sizeof not_pressure / sizeof *not_pressure);
    tcase_add_test(files, limits_are_this_cgroups);
    tcase_add_test(files, a_limit_without_a_file_is_none_and_one_of_no_cgroup_is_not_known);
    tcase_add_test(files, events_are_told_apart);
    tcase_add_test(files, huge_pages_are_a_part_of_what_is_anonymous);
    tcase_add_test(files, version_1_has_fewer);
    tcase_add_test(files, without_files_nothing_is_known);
    suite_add_tcase(suite, files);
    return suite_run(suite);
}
