/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a running program takes of a policy that has changed.
 */
#include "snug/plan/revision.h"

#include "suite.h"
#include "snug/policy/values.h"

static struct snug_policy now;
static struct snug_policy next;

static void set_up(void)
{
    snug_policy_default(&now);
    snug_policy_default(&next);
}

static uint64_t bit(enum snug_key key)
{
    return (uint64_t)1 << key;
}

static const uint64_t all = UINT64_MAX;

static const uint64_t always =
    1ull << SNUG_FOLLOW_INTERVAL | 1ull << SNUG_FOLLOW_ANNOUNCE | 1ull << SNUG_LOG;

static const uint64_t memory = 1ull << SNUG_MEMORY_LIMIT | 1ull << SNUG_MEMORY_HEADROOM |
                               1ull << SNUG_MEMORY_SHARE | 1ull << SNUG_MEMORY_REQUEST;

static const uint64_t cpus = 1ull << SNUG_CPU_COUNT | 1ull << SNUG_CPU_ROUND |
                             1ull << SNUG_CPU_MIN | 1ull << SNUG_CPU_REQUEST |
                             1ull << SNUG_CPU_BURST;

static const uint64_t shown = 1ull << SNUG_CPU_PRESENT | 1ull << SNUG_MEMORY_PRESENT;

static void put(struct snug_policy *policy, enum snug_key key, const char *value,
                enum snug_source source)
{
    ck_assert_int_eq(snug_values_parse(key, snug_text_of(value), &policy->setting[key]), 0);
    policy->setting[key].source = source;
}

static const struct row {
    const char *label;
    struct snug_follow_plan plan;
    enum snug_reason memory_reason;
    struct snug_revision_reach reach;
    bool has_memory;
    bool has_cpus;
    bool shows_all;
} rows[] = {
    {"all",
     {.has_limits = true, .moves_cpus = true, .moves_memory = true, .first_bytes = 1},
     SNUG_REASON_MEMORY_LIMIT,
     {true, true},
     true,
     true,
     true},
    {"the runtime's words are not found",
     {.has_limits = true, .moves_cpus = true, .moves_memory = true, .first_bytes = 1},
     SNUG_REASON_MEMORY_LIMIT,
     {false, false},
     false,
     false,
     true},
    {"measured alone",
     {.measures = true, .first_bytes = 1},
     SNUG_REASON_MEMORY_LIMIT,
     {true, false},
     true,
     false,
     false},
    {"a size", /* No limit moves it, and yet it may be another one. */
     {.has_limits = true, .first_bytes = 1},
     SNUG_REASON_MEMORY_GIVEN,
     {true, false},
     true,
     true,
     true},
    {"the user's values", /* No policy moves them, with or without a new start. */
     {.has_limits = true},
     SNUG_REASON_USER_VALUE,
     {false, false},
     true,
     true,
     true},
    {"a program that takes care of itself", /* A key would change that, at the start. */
     {.has_limits = true, .moves_cpus = true},
     SNUG_REASON_PROGRAM_MODULE,
     {false, true},
     false,
     true,
     true},
    {"from outside",
     {.has_limits = true, .cpu_reason = SNUG_REASON_FOLLOW_INIT, .first_bytes = 1},
     SNUG_REASON_MEMORY_LIMIT,
     {true, false},
     true,
     false,
     false},
};

START_TEST(only_what_can_be_done_may_change)
{
    const struct row *row = &rows[_i];
    static struct snug_plan plan;
    plan = (struct snug_plan){.follow = row->plan, .memory.reason = row->memory_reason};
    const uint64_t keys = snug_revision_keys(&plan, &row->reach);
    const uint64_t wanted = always | (row->has_memory ? memory : 0) |
                            (row->has_cpus ? cpus : 0) | (row->shows_all ? shown : 0);
    ck_assert_msg(keys == wanted, "%s: %llx, not %llx", row->label,
                  (unsigned long long)keys, (unsigned long long)wanted);
}
END_TEST

START_TEST(what_is_the_same_is_no_change)
{
    struct snug_revision revision;
    snug_revision_take(&next, all, &now, &revision);
    ck_assert_uint_eq(revision.moved | revision.waits, 0);
    ck_assert(!revision.has_locks);
}
END_TEST

START_TEST(what_may_change_does_and_the_rest_waits)
{
    struct snug_revision revision;
    put(&next, SNUG_CPU_ROUND, "down", SNUG_FROM_FILE);
    put(&next, SNUG_SPAN_NAME, "on", SNUG_FROM_FILE);
    snug_revision_take(&next, cpus, &now, &revision);
    ck_assert_uint_eq(revision.moved, bit(SNUG_CPU_ROUND));
    ck_assert_uint_eq(revision.waits, bit(SNUG_SPAN_NAME));
    ck_assert(snug_values_is(&now.setting[SNUG_CPU_ROUND], SNUG_WORD_DOWN));
    ck_assert(snug_values_is(&now.setting[SNUG_SPAN_NAME], SNUG_WORD_OFF));
}
END_TEST

START_TEST(what_the_file_says_no_longer_is_as_by_default)
{
    struct snug_revision revision;
    put(&now, SNUG_MEMORY_HEADROOM, "20%+1M", SNUG_FROM_FILE);
    snug_revision_take(&next, memory, &now, &revision);
    ck_assert_uint_eq(revision.moved, bit(SNUG_MEMORY_HEADROOM));
    ck_assert_uint_eq(now.setting[SNUG_MEMORY_HEADROOM].number, 10);
    put(&now, SNUG_CPU_MIN, "4", SNUG_FROM_FILE);
    snug_revision_take(&next, cpus, &now, &revision);
    ck_assert_int_eq(now.setting[SNUG_CPU_MIN].source, SNUG_FROM_DEFAULT);
}
END_TEST

START_TEST(a_target_that_was_asked_for_is_not_given_up)
{
    static struct snug_facts facts;
    static struct snug_plan plan;
    struct snug_revision revision;
    facts = (struct snug_facts){
        .program = {.is_known = true,
                    .is_go = true,
                    .go_minor = 22,
                    .libraries = SNUG_LIBRARY_AUTOMEMLIMIT},
        .memory.limit = {.kind = SNUG_SET, .bytes = 1 << 30},
    };
    put(&now, SNUG_MEMORY_HEADROOM, "20%", SNUG_FROM_FILE);
    snug_plan_make(&facts, &now, 0, &plan);
    ck_assert_int_eq(plan.memory.reason, SNUG_REASON_MEMORY_LIMIT);
    snug_revision_take(&next, memory, &now, &revision);
    snug_plan_make(&facts, &now, 0, &plan);
    ck_assert_int_eq(plan.memory.reason, SNUG_REASON_MEMORY_LIMIT);
    ck_assert_uint_eq(plan.memory.go_limit_bytes, (((1 << 30) / 10 * 9) >> 21) << 21);
}
END_TEST

START_TEST(an_interval_that_is_written_is_not_the_default)
{
    struct snug_revision revision;
    put(&next, SNUG_FOLLOW_INTERVAL, "5", SNUG_FROM_FILE);
    snug_revision_take(&next, always, &now, &revision);
    ck_assert_uint_eq(revision.moved, bit(SNUG_FOLLOW_INTERVAL));
    ck_assert_int_eq(now.setting[SNUG_FOLLOW_INTERVAL].source, SNUG_FROM_FILE);
}
END_TEST

START_TEST(paths_are_compared)
{
    struct snug_revision revision;
    put(&now, SNUG_FOLLOW_ANNOUNCE, "/pod/limit", SNUG_FROM_FILE);
    put(&next, SNUG_FOLLOW_ANNOUNCE, "/pod/wanted", SNUG_FROM_FILE);
    snug_revision_take(&next, always, &now, &revision);
    ck_assert_uint_eq(revision.moved, bit(SNUG_FOLLOW_ANNOUNCE));
    ck_assert_str_eq(now.setting[SNUG_FOLLOW_ANNOUNCE].text, "/pod/wanted");
}
END_TEST

START_TEST(environment_and_command_line_win)
{
    struct snug_revision revision;
    put(&now, SNUG_CPU_MIN, "4", SNUG_FROM_ENVIRONMENT);
    put(&now, SNUG_CPU_BURST, "300%", SNUG_FROM_COMMAND);
    put(&next, SNUG_CPU_MIN, "1", SNUG_FROM_FILE);
    put(&next, SNUG_CPU_BURST, "100%", SNUG_FROM_FILE);
    snug_revision_take(&next, all, &now, &revision);
    ck_assert_uint_eq(revision.moved | revision.waits, 0);
    ck_assert_uint_eq(now.setting[SNUG_CPU_MIN].number, 4);
    ck_assert_uint_eq(now.setting[SNUG_CPU_BURST].number, 300);
}
END_TEST

START_TEST(locks_wait)
{
    struct snug_revision revision;
    next.setting[SNUG_CPU_MIN].is_locked = true;
    put(&next, SNUG_CPU_MIN, "1", SNUG_FROM_FILE);
    snug_revision_take(&next, all, &now, &revision);
    ck_assert(revision.has_locks);
    ck_assert_uint_eq(revision.moved, bit(SNUG_CPU_MIN));
    ck_assert(!now.setting[SNUG_CPU_MIN].is_locked);
}
END_TEST

static const struct turn {
    enum snug_key key;
    const char *from;
    const char *to;
    bool moves;
} turns[] = {
    {SNUG_CPU_COUNT, "auto", "off", false},
    {SNUG_CPU_COUNT, "off", "auto", false},
    {SNUG_CPU_COUNT, "off", "3", false},
    {SNUG_CPU_COUNT, "auto", "3", true},
    {SNUG_CPU_COUNT, "3", "auto", true},
    {SNUG_MEMORY_LIMIT, "auto", "off", false},
    {SNUG_MEMORY_LIMIT, "off", "auto", false},
    {SNUG_MEMORY_LIMIT, "auto", "1G", true},
    {SNUG_MEMORY_LIMIT, "1G", "auto", true},
    {SNUG_MEMORY_LIMIT, "1G", "off", false},
    {SNUG_MEMORY_REQUEST, "off", "env", true},
    {SNUG_MEMORY_REQUEST, "1G", "off", true},
    {SNUG_MEMORY_PRESENT, "off", "on", true},
    {SNUG_CPU_PRESENT, "on", "off", true},
    {SNUG_LOG, "off", "info", true},
    {SNUG_MEMORY_HEADROOM, "measured", "10%", true},
    {SNUG_MEMORY_HEADROOM, "10%", "measured", true},
};

START_TEST(nothing_is_switched_on_or_off)
{
    const struct turn *turn = &turns[_i];
    struct snug_revision revision;
    put(&now, turn->key, turn->from, SNUG_FROM_FILE);
    put(&next, turn->key, turn->to, SNUG_FROM_FILE);
    snug_revision_take(&next, all, &now, &revision);
    ck_assert_msg(revision.moved == (turn->moves ? bit(turn->key) : 0) &&
                      revision.waits == (turn->moves ? 0 : bit(turn->key)),
                  "%s: %s to %s", snug_options[turn->key].name, turn->from, turn->to);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("revision");
    TCase *tcase = tcase_create("revision");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, only_what_can_be_done_may_change, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(tcase, what_is_the_same_is_no_change);
    tcase_add_test(tcase, what_may_change_does_and_the_rest_waits);
    tcase_add_test(tcase, what_the_file_says_no_longer_is_as_by_default);
    tcase_add_test(tcase, a_target_that_was_asked_for_is_not_given_up);
    tcase_add_test(tcase, an_interval_that_is_written_is_not_the_default);
    tcase_add_test(tcase, paths_are_compared);
    tcase_add_test(tcase, environment_and_command_line_win);
    tcase_add_test(tcase, locks_wait);
    tcase_add_loop_test(tcase, nothing_is_switched_on_or_off, 0,
                        sizeof turns / sizeof *turns);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
