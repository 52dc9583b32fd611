/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How many CPUs are presented, and which.
 */
#include "machine.h"

static const struct count_row {
    const char *label;
    uint64_t quota_usec, period_usec;
    const char *key, *value;
    unsigned count;
    enum snug_reason reason;
} count_rows[] = {
    {"quota below one CPU gives the minimum", 10000, 100000, NULL, NULL, 2,
     SNUG_REASON_LIMIT_BELOW_MIN},
    {"a minimum of one lets it be one", 10000, 100000, "cpu.min", "1", 1,
     SNUG_REASON_LIMIT_ROUNDED},
    {"rounding down never gives zero", 10000, 100000, "cpu.round", "down", 2,
     SNUG_REASON_LIMIT_BELOW_MIN},
    {"1.5 is 2", 150000, 100000, NULL, NULL, 2, SNUG_REASON_LIMIT_ROUNDED},
    {"2.5 is 3", 250000, 100000, NULL, NULL, 3, SNUG_REASON_LIMIT_ROUNDED},
    {"2.5 down is 2", 250000, 100000, "cpu.round", "down", 2, SNUG_REASON_LIMIT_ROUNDED},
    {"2.5 nearest is 3", 250000, 100000, "cpu.round", "nearest", 3,
     SNUG_REASON_LIMIT_ROUNDED},
    {"2.49 nearest is 2", 249000, 100000, "cpu.round", "nearest", 2,
     SNUG_REASON_LIMIT_ROUNDED},
    {"an odd period", 30000, 10000, NULL, NULL, 3, SNUG_REASON_LIMIT_ROUNDED},
    {"a microsecond more is a CPU more", 300001, 100000, NULL, NULL, 4,
     SNUG_REASON_LIMIT_ROUNDED},
    {"more than allowed is allowed", 900000, 100000, NULL, NULL, 8,
     SNUG_REASON_LIMIT_ABOVE_ALLOWED},
    {"as many as allowed", 800000, 100000, NULL, NULL, 8, SNUG_REASON_LIMIT_ROUNDED},
    {"the largest quota does not overflow", UINT64_MAX, 1, "cpu.round", "nearest", 8,
     SNUG_REASON_LIMIT_ABOVE_ALLOWED},
    {"a fixed count beats the limit", 150000, 100000, "cpu.count", "5", 5,
     SNUG_REASON_FIXED_COUNT},
    {"a fixed count is kept to the allowed", 150000, 100000, "cpu.count", "64", 8,
     SNUG_REASON_FIXED_ABOVE_ALLOWED},
    {"a fixed count may be below the minimum", 150000, 100000, "cpu.count", "1", 1,
     SNUG_REASON_FIXED_COUNT},
    {"off presents all", 150000, 100000, "cpu.count", "off", 8, SNUG_REASON_COUNT_OFF},
};

START_TEST(counts_by_limit)
{
    const struct count_row *row = &count_rows[_i];
    set_limit(row->quota_usec, row->period_usec);
    if (row->key)
        choose(row->key, row->value);
    make();
    ck_assert_msg(plan.cpu.count == row->count && plan.cpu.reason == row->reason,
                  "%s: %u CPUs, %s", row->label, plan.cpu.count,
                  snug_reason_words(plan.cpu.reason));
}
END_TEST

static const struct request_row {
    const char *label;
    uint64_t milli;
    const char *key, *value;
    unsigned count;
    enum snug_reason reason;
} request_rows[] = {
    {"no request", 0, NULL, NULL, 8, SNUG_REASON_NO_LIMIT},
    {"the request is not asked for", 1500, "cpu.request", "off", 8, SNUG_REASON_NO_LIMIT},
    {"an absurd request", UINT64_MAX, NULL, NULL, 8, SNUG_REASON_REQUEST_ABOVE_ALLOWED},
    {"1500m doubled is 3", 1500, NULL, NULL, 3, SNUG_REASON_REQUEST},
    {"1501m doubled is 4", 1501, NULL, NULL, 4, SNUG_REASON_REQUEST},
    {"without burst 1500m is 2", 1500, "cpu.burst", "100%", 2, SNUG_REASON_REQUEST},
    {"100m doubled is the minimum", 100, NULL, NULL, 2, SNUG_REASON_REQUEST_BELOW_MIN},
    {"6000m doubled is all", 6000, NULL, NULL, 8, SNUG_REASON_REQUEST_ABOVE_ALLOWED},
    {"a request in the policy", 0, "cpu.request", "2000", 4, SNUG_REASON_REQUEST},
};

START_TEST(counts_by_request_where_nothing_is_enforced)
{
    const struct request_row *row = &request_rows[_i];
    facts.cpu.limit.kind = facts.cpu.own.kind = SNUG_NONE;
    request_milli = row->milli;
    if (row->key)
        choose(row->key, row->value);
    make();
    ck_assert_msg(plan.cpu.count == row->count && plan.cpu.reason == row->reason,
                  "%s: %u CPUs, %s", row->label, plan.cpu.count,
                  snug_reason_words(plan.cpu.reason));
}
END_TEST

static const struct mask_row {
    const char *label;
    const char *allowed;
    unsigned current;
    bool has_nodes; /* CPUs 0-3 on node 0, 4-7 on node 1. */
    const char *presented;
} mask_rows[] = {
    {"no current CPU: from the lowest", "0-7", SNUG_CPUS_MAX, false, "0-2"},
    {"current CPU not allowed: from the lowest", "2-7", 0, false, "2-4"},
    {"from the current upwards", "0-7", 3, false, "3-5"},
    {"around the end", "0-7", 7, false, "0-1,7"},
    {"holes are left out", "0,2,4,6", 4, false, "0,4,6"},
    {"the node of the current CPU first", "0-7", 3, true, "0-1,3"},
    {"the second node", "0-7", 6, true, "4,6-7"},
    {"more than the node has", "2-3,4-7", 3, true, "2-4"},
};

START_TEST(presented_cpus_contain_the_current_one_and_stay_near)
{
    const struct mask_row *row = &mask_rows[_i];
    allow_cpus(row->allowed);
    facts.cpu.current = row->current;
    set_limit(300000, 100000);
    if (row->has_nodes) {
        facts.nodes.n_online = 2;
        memset(facts.nodes.node_of, SNUG_NODE_UNKNOWN, sizeof facts.nodes.node_of);
        for (unsigned cpu = 0; cpu < 8; cpu++)
            facts.nodes.node_of[cpu] = cpu < 4 ? 0 : 1;
    }
    make();

    char list[64];
    struct snug_builder out = snug_text_build(list, sizeof list);
    snug_cpus_put(&out, &plan.cpu.presented);
    ck_assert_msg(!strcmp(list, row->presented), "%s: %s", row->label, list);
}
END_TEST

/* C code that has an array for each CPU that is online is left alone, and Go is not. */
START_TEST(c_code_is_shown_the_cpus_unless_forbidden)
{
    set_limit(300000, 100000);
    make();
    ck_assert(plan.cpu.is_presented && plan.cpu.is_shown);
    ck_assert_int_eq(plan.cpu.shown_reason, SNUG_REASON_SHOWN_ON);
    const struct snug_plan before = plan;
    choose("cpu.present", "off");
    make();
    ck_assert(!plan.cpu.is_shown);
    ck_assert_int_eq(plan.cpu.shown_reason, SNUG_REASON_SHOWN_OFF);
    ck_assert(plan.cpu.has_window == before.cpu.has_window &&
              plan.cpu.count == before.cpu.count &&
              snug_cpus_equal(&plan.cpu.presented, &before.cpu.presented));
    choose("cpu.present", "on");
    facts.cpu.limit.kind = SNUG_NONE;
    make();
    ck_assert(!plan.cpu.is_shown);
    ck_assert_int_eq(plan.cpu.shown_reason, SNUG_REASON_ALL_ALLOWED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("present");
    TCase *tcase = tcase_create("present");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, counts_by_limit, 0, N_ROWS(count_rows));
    tcase_add_loop_test(tcase, counts_by_request_where_nothing_is_enforced, 0,
                        N_ROWS(request_rows));
    tcase_add_loop_test(tcase, presented_cpus_contain_the_current_one_and_stay_near, 0,
                        N_ROWS(mask_rows));
    tcase_add_test(tcase, c_code_is_shown_the_cpus_unless_forbidden);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
