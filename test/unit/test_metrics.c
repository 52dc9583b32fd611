/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Every counter has a name of its own, and a collector's text is what OpenMetrics asks for.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/cli/stat/metrics.h"
#include "snug/cli/stat/openmetrics.h"

static const char *reason_of(int i)
{
    return snug_metrics[i].reason ? snug_metrics[i].reason : "";
}

START_TEST(a_name_is_plain_and_its_own)
{
    const struct snug_metric *metric = &snug_metrics[_i];
    /* What span.cache counted. */
    ck_assert(!metric->name == (_i >= 4 && _i <= 6));
    if (!metric->name)
        return;
    ck_assert_uint_gt(strlen(metric->name), 0);
    ck_assert_uint_eq(strspn(metric->name, "abcdefghijklmnopqrstuvwxyz_"),
                      strlen(metric->name));
    ck_assert_uint_gt(strlen(metric->text), 0);
    for (int i = 0; i < SNUG_N_COUNTERS; i++)
        if (i != _i && snug_metrics[i].name &&
            strcmp(snug_metrics[i].name, metric->name) == 0) {
            ck_assert_ptr_nonnull(metric->reason);
            ck_assert_str_ne(reason_of(i), metric->reason);
        }
}
END_TEST

static struct snug_observed observed[2];

static struct snug_snapshot *at(size_t i)
{
    return &observed[i].snapshot;
}

static char *write_to_text(const struct snug_census *census, bool is_classic)
{
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *out = open_memstream(&text, &n_bytes);
    ck_assert_ptr_nonnull(out);
    snug_openmetrics_write(census, is_classic, out);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static char *written(size_t n)
{
    return write_to_text(&(struct snug_census){.n = n, .observed = observed}, false);
}

static void set_up(void)
{
    memset(observed, 0, sizeof observed);
    observed[0].has_page = observed[1].has_page = true;
    at(0)->pid = 7;
    strcpy(at(0)->path, "/a\"b\\c\nd");
    at(1)->pid = 8;
    strcpy(at(1)->path, "/e");
}

START_TEST(a_path_of_any_bytes_is_text)
{
    strcpy(at(0)->path, "/\x1b]0;x\x07\xff\xc2\x9b\xc3\xa9");
    char *text = written(1);
    ck_assert_ptr_nonnull(strstr(text, "page=\"/\xef\xbf\xbd]0;x\xef\xbf\xbd\xef\xbf\xbd"
                                       "\xef\xbf\xbd\xc3\xa9\"}"));
    free(text);
}
END_TEST

START_TEST(a_family_is_in_one_piece_with_all_processes)
{
    at(0)->page.counter[SNUG_COUNT_PASSED_BUDGET] = UINT64_MAX;
    at(0)->page.counter[4] = 10; /* Of an object that had span.cache. */
    at(1)->page.counter[SNUG_COUNT_GROWTH_BYTES] = 5;
    at(1)->page.node_bytes[3] = 6;
    at(1)->page.node_bytes[SNUG_COUNTERS_NODES] = 7;
    at(0)->page.prctl[0] = 8;
    at(0)->page.prctl_other = 9;
    char *const text = written(2);

    static const char *const wanted[] = {
        "# TYPE snug_heap_growth_bytes counter\n"
        "# UNIT snug_heap_growth_bytes bytes\n"
        "# HELP snug_heap_growth_bytes bytes by which heaps grew.\n"
        "snug_heap_growth_bytes_total{pid=\"7\",page=\"/a\\\"b\\\\c\\nd\"} 0\n"
        "snug_heap_growth_bytes_total{pid=\"8\",page=\"/e\"} 5\n"
        "# TYPE",
        "snug_passed_total{pid=\"7\",page=\"/a\\\"b\\\\c\\nd\",reason=\"budget\"} "
        "18446744073709551615\n",
        "# HELP snug_node_bytes bytes asked for on a NUMA node.\n"
        "snug_node_bytes_total{pid=\"8\",page=\"/e\",node=\"3\"} 6\n"
        "snug_node_bytes_total{pid=\"8\",page=\"/e\",node=\"other\"} 7\n"
        "# TYPE",
        "\"/a\\\"b\\\\c\\nd\",option=\"0\"} 8\n",
        "\"/a\\\"b\\\\c\\nd\",option=\"other\"} 9\n",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        ck_assert_msg(strstr(text, wanted[i]), "no %s in %s", wanted[i], text);
    ck_assert_str_eq(text + strlen(text) - 6, "# EOF\n");
    ck_assert_ptr_null(strstr(text, "cache"));
    ck_assert_ptr_null(strstr(text, "} 10\n"));
    ck_assert_ptr_null(
        strstr(strstr(text, "# TYPE snug_passed ") + 1, "# TYPE snug_passed "));
    free(text);
}
END_TEST

START_TEST(a_change_is_told_in_seconds)
{
    at(0)->has_change = true;
    at(0)->n_changes = 4;
    at(0)->change = (struct snug_change){
        .when_ns = 1700000000000000001, .took_ns = 250000, .cpus_to = 3, .bytes_to = 4096};
    char *const text = written(1);
    ck_assert_ptr_nonnull(strstr(text, "nd\"} 1700000000.000000001\n"));
    ck_assert_ptr_nonnull(strstr(text, "nd\"} 0.000250000\n"));
    ck_assert_ptr_nonnull(strstr(text, "snug_resizes_total{pid=\"7\",page=\"/a"));
    ck_assert_ptr_nonnull(strstr(text, "nd\"} 4096\n"));
    free(text);
}
END_TEST

/* What is not known has no sample, and a limit that is not set has none either. */
static const struct snug_cpu_group cpu = {
    .path = "/pod",
    .evidence = {.limit_milli = {SNUG_SET, 1500},
                 .periods = {true, 10},
                 .throttled_usec = {true, 2500000}},
};
static const struct snug_memory_group memory = {
    .path = "/pod/\"app\"",
    .evidence = {.limit_bytes = {SNUG_NONE, 0},
                 .current = {true, 0},
                 .killed = {true, 3},
                 .pressure.some_usec = {true, 7}},
};

static char *written_groups(bool is_classic)
{
    const struct snug_census census = {
        .n_cpu = 1,
        .cpu = (struct snug_cpu_group *)(uintptr_t)&cpu,
        .n_memory = 1,
        .memory = (struct snug_memory_group *)(uintptr_t)&memory,
    };
    return write_to_text(&census, is_classic);
}

START_TEST(what_is_not_known_has_no_sample)
{
    char *const text = written_groups(false);
    static const char *const wanted[] = {
        "# TYPE snug_cpu_limit_cpus gauge\n",
        "\nsnug_cpu_limit_cpus{cgroup=\"/pod\"} 1.500\n",
        "\nsnug_cpu_periods_total{cgroup=\"/pod\"} 10\n",
        "# TYPE snug_cpu_throttled_seconds counter\n"
        "# UNIT snug_cpu_throttled_seconds seconds\n"
        "# HELP snug_cpu_throttled_seconds time for which threads were held back by the "
        "limit.\n"
        "snug_cpu_throttled_seconds_total{cgroup=\"/pod\"} 2.500000\n",
        "\nsnug_memory_used_bytes{cgroup=\"/pod/\\\"app\\\"\"} 0\n",
        "\nsnug_memory_oom_kill_events_total{cgroup=\"/pod/\\\"app\\\"\"} 3\n",
        "\nsnug_memory_waiting_seconds_total{cgroup=\"/pod/\\\"app\\\"\"} 0.000007\n",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        ck_assert_msg(strstr(text, wanted[i]), "no %s in %s", wanted[i], text);
    static const char *const absent[] = {
        "\nsnug_cpu_throttled_periods_total", "\nsnug_memory_limit_bytes{",
        "\nsnug_memory_swap_bytes{", "snug_process_", "snug_threads"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        ck_assert_msg(!strstr(text, absent[i]), "%s in %s", absent[i], text);
    free(text);
}
END_TEST

START_TEST(prometheus_own_format_names_counters_in_full)
{
    char *const text = written_groups(true);
    ck_assert_ptr_nonnull(
        strstr(text, "# TYPE snug_cpu_periods_total counter\n"
                     "# HELP snug_cpu_periods_total periods in which the cgroup had "
                     "something to run.\n"
                     "snug_cpu_periods_total{cgroup=\"/pod\"} 10\n"));
    ck_assert_ptr_null(strstr(text, "# UNIT"));
    ck_assert_ptr_null(strstr(text, "# EOF"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *names = tcase_create("names");
    tcase_add_loop_test(names, a_name_is_plain_and_its_own, 0, SNUG_N_COUNTERS);
    suite_add_tcase(suite, names);
    TCase *text = tcase_create("text");
    tcase_add_checked_fixture(text, set_up, NULL);
    tcase_add_test(text, a_path_of_any_bytes_is_text);
    tcase_add_test(text, a_family_is_in_one_piece_with_all_processes);
    tcase_add_test(text, a_change_is_told_in_seconds);
    tcase_add_test(text, what_is_not_known_has_no_sample);
    tcase_add_test(text, prometheus_own_format_names_counters_in_full);
    suite_add_tcase(suite, text);
    return suite_run(suite);
}
