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

static struct snug_snapshot snapshots[2];

static char *written(size_t n)
{
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *out = open_memstream(&text, &n_bytes);
    ck_assert_ptr_nonnull(out);
    snug_openmetrics_write(snapshots, n, out);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static void set_up(void)
{
    memset(snapshots, 0, sizeof snapshots);
    snapshots[0].pid = 7;
    strcpy(snapshots[0].path, "/a\"b\\c\nd");
    snapshots[1].pid = 8;
    strcpy(snapshots[1].path, "/e");
}

START_TEST(a_path_of_any_bytes_is_text)
{
    strcpy(snapshots[0].path, "/\x1b]0;x\x07\xff\xc2\x9b\xc3\xa9");
    char *text = written(1);
    ck_assert_ptr_nonnull(strstr(text, "page=\"/\xef\xbf\xbd]0;x\xef\xbf\xbd\xef\xbf\xbd"
                                       "\xef\xbf\xbd\xc3\xa9\"}"));
    free(text);
}
END_TEST

START_TEST(a_family_is_in_one_piece_with_all_processes)
{
    snapshots[0].page.counter[SNUG_COUNT_PASSED_BUDGET] = UINT64_MAX;
    snapshots[0].page.counter[4] = 10; /* Of an object that had span.cache. */
    snapshots[1].page.counter[SNUG_COUNT_GROWTH_BYTES] = 5;
    snapshots[1].page.node_bytes[3] = 6;
    snapshots[1].page.node_bytes[SNUG_COUNTERS_NODES] = 7;
    snapshots[0].page.prctl[0] = 8;
    snapshots[0].page.prctl_other = 9;
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
    snapshots[0].has_change = true;
    snapshots[0].n_changes = 4;
    snapshots[0].change = (struct snug_change){
        .when_ns = 1700000000000000001, .took_ns = 250000, .cpus_to = 3, .bytes_to = 4096};
    char *const text = written(1);
    ck_assert_ptr_nonnull(strstr(text, "nd\"} 1700000000.000000001\n"));
    ck_assert_ptr_nonnull(strstr(text, "nd\"} 0.000250000\n"));
    ck_assert_ptr_nonnull(strstr(text, "snug_resizes_total{pid=\"7\",page=\"/a"));
    ck_assert_ptr_nonnull(strstr(text, "nd\"} 4096\n"));
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
    suite_add_tcase(suite, text);
    return suite_run(suite);
}
