/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is planned with, and what is said of values that are there.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "suite.h"
#include "snug/plan/memory.h"

static const struct {
    const char *label;
    uint64_t limit_bytes;
    const char *headroom;
    const char *share;
    enum snug_reason reason;
    uint64_t go_limit_bytes;
} shares[] = {
    {"all", 256 * MIB, "10%", "100%", SNUG_REASON_MEMORY_LIMIT, 230 * MIB},
    {"half", 512 * MIB, "10%", "50%", SNUG_REASON_MEMORY_LIMIT, 230 * MIB},
    {"too little", 256 * MIB, "10%", "24%", SNUG_REASON_MEMORY_TOO_SMALL, 0},
    {"both", 256 * MIB, "10%+30M", "100%", SNUG_REASON_MEMORY_LIMIT, 200 * MIB},
    {"both of a half", 512 * MIB, "10%+30M", "50%", SNUG_REASON_MEMORY_LIMIT, 200 * MIB},
    {"both, too much", 256 * MIB, "50%+1G", "100%", SNUG_REASON_MEMORY_NO_ROOM, 0},
    {"both, past every number", 1ull << 60, "99%+9223372036854775807", "100%",
     SNUG_REASON_MEMORY_NO_ROOM, 0},
};

START_TEST(a_share_is_planned_with_as_a_limit_is)
{
    facts.memory.limit.bytes = shares[_i].limit_bytes;
    choose("memory.headroom", shares[_i].headroom);
    choose("memory.share", shares[_i].share);
    make();
    ck_assert_msg(plan.memory.reason == shares[_i].reason &&
                      plan.memory.go_limit_bytes == shares[_i].go_limit_bytes,
                  "%s: %llu, %s", shares[_i].label,
                  (unsigned long long)plan.memory.go_limit_bytes,
                  snug_reason_words(plan.memory.reason));
}
END_TEST

START_TEST(a_share_is_what_c_code_and_huge_pages_have_too)
{
    choose("memory.share", "50%");
    choose("memory.present", "on");
    choose("span.huge", "auto");
    choose("span.guard", "refuse");
    strcpy(facts.memory.limit.from, "/a/memory.max");
    make();
    ck_assert_uint_eq(plan.memory.limit_bytes, 128 * MIB);
    ck_assert_uint_eq(plan.memory.present_bytes, 128 * MIB);
    ck_assert_uint_lt(plan.spans.huge_budget_bytes, 128 * MIB);
    ck_assert_uint_gt(plan.spans.huge_budget_bytes, 114 * MIB);
    /* What kills is the limit. */
    ck_assert_uint_eq(plan.memory.guard_bytes, 256 * MIB);
}
END_TEST

/* In MiB. The guard and the kernel know nothing of it. */
static const struct {
    const char *label;
    uint64_t announced, limit, hard;
    const char *from;
    const char *share;
    uint64_t target;
} announcements[] = {
    {"none", 0, 256, 256, "/a/memory.max", "100%", 230},
    {"lower", 160, 256, 256, "/a/memory.max", "100%", 144},
    {"of a share", 160, 256, 256, "/a/memory.max", "50%", 72},
    {"below memory.high", 160, 200, 400, "/a/memory.high", "100%", 144},
};

START_TEST(a_lower_limit_that_is_announced_is_aimed_at)
{
    facts.memory.announced_bytes = announcements[_i].announced * MIB;
    facts.memory.limit.bytes = announcements[_i].limit * MIB;
    facts.memory.hard_bytes = announcements[_i].hard * MIB;
    strcpy(facts.memory.limit.from, announcements[_i].from);
    choose("memory.share", announcements[_i].share);
    choose("span.guard", "refuse");
    make();
    ck_assert_msg(plan.memory.go_limit_bytes == announcements[_i].target * MIB, "%s: %llu",
                  announcements[_i].label,
                  (unsigned long long)plan.memory.go_limit_bytes / MIB);
    if (announcements[_i].limit == announcements[_i].hard)
        ck_assert_uint_eq(plan.memory.guard_bytes, announcements[_i].limit * MIB);
}
END_TEST

START_TEST(a_share_is_of_both_limits)
{
    facts.memory.limit.bytes = 200 * MIB;
    facts.memory.hard_bytes = 400 * MIB;
    strcpy(facts.memory.limit.from, "/a/memory.high");
    choose("memory.share", "50%");
    make();
    ck_assert_uint_eq(plan.memory.go_limit_bytes,
                      94 * MIB); /* 100 less 5, and whole spans. */
}
END_TEST

static const struct {
    const char *label;
    enum snug_kind kind;
    const char *request;
    uint64_t variable_bytes;
    enum snug_reason reason;
    uint64_t go_limit_bytes;
} requests[] = {
    {"off", SNUG_NONE, "off", 256 * MIB, SNUG_REASON_MEMORY_NO_LIMIT, 0},
    {"nothing in the variable", SNUG_NONE, "env", 0, SNUG_REASON_MEMORY_NO_LIMIT, 0},
    {"zero", SNUG_NONE, "0", 0, SNUG_REASON_MEMORY_NO_LIMIT, 0},
    {"too small", SNUG_NONE, "63M", 0, SNUG_REASON_MEMORY_REQUEST_TOO_SMALL, 0},
    {"the limit wins", SNUG_SET, "512M", 0, SNUG_REASON_MEMORY_LIMIT, 230 * MIB},
    {"a variable", SNUG_NONE, "env", 256 * MIB, SNUG_REASON_MEMORY_REQUEST, 230 * MIB},
    {"a size", SNUG_NONE, "256M", 0, SNUG_REASON_MEMORY_REQUEST, 230 * MIB},
    {"an unknown limit", SNUG_UNKNOWN, "256M", 0, SNUG_REASON_MEMORY_REQUEST, 230 * MIB},
};

START_TEST(a_request_counts_where_no_limit_does)
{
    facts.memory.limit.kind = requests[_i].kind;
    if (requests[_i].kind != SNUG_SET)
        facts.memory.limit.bytes = 0;
    policy.request_bytes = requests[_i].variable_bytes;
    choose("memory.request", requests[_i].request);
    make();
    ck_assert_msg(plan.memory.reason == requests[_i].reason &&
                      plan.memory.go_limit_bytes == requests[_i].go_limit_bytes &&
                      plan.memory.sets_go_limit == (requests[_i].go_limit_bytes > 0),
                  "%s: %llu, %s", requests[_i].label,
                  (unsigned long long)plan.memory.go_limit_bytes,
                  snug_reason_words(plan.memory.reason));
}
END_TEST

static const struct {
    const char *label;
    unsigned libraries;
    bool is_told;
    bool is_off;
    const char *key;
    const char *value;
    enum snug_reason reason;
} owns[] = {
    {"none", SNUG_LIBRARY_AUTOMAXPROCS, false, false, NULL, NULL, SNUG_REASON_MEMORY_LIMIT},
    {"built in", SNUG_LIBRARY_AUTOMEMLIMIT, false, false, NULL, NULL,
     SNUG_REASON_PROGRAM_MODULE},
    {"built in, off", SNUG_LIBRARY_AUTOMEMLIMIT, false, true, NULL, NULL,
     SNUG_REASON_MEMORY_LIMIT},
    {"told", 0, true, false, NULL, NULL, SNUG_REASON_PROGRAM_LIMIT},
    {"the policy says more", SNUG_LIBRARY_AUTOMEMLIMIT, false, false, "memory.headroom",
     "10%", SNUG_REASON_MEMORY_LIMIT},
    {"the policy says it all", SNUG_LIBRARY_AUTOMEMLIMIT, true, false, "memory.limit",
     "auto", SNUG_REASON_MEMORY_LIMIT},
    {"the policy is about other things", SNUG_LIBRARY_AUTOMEMLIMIT, false, false,
     "cpu.round", "down", SNUG_REASON_PROGRAM_MODULE},
};

START_TEST(a_program_that_sets_its_own_limit_is_left_to_it)
{
    facts.program.libraries = owns[_i].libraries;
    facts.variables.has_automemlimit = owns[_i].is_told;
    facts.variables.is_automemlimit_off = owns[_i].is_off;
    if (owns[_i].key)
        choose(owns[_i].key, owns[_i].value);
    make();
    ck_assert_msg(plan.memory.reason == owns[_i].reason, "%s: %s", owns[_i].label,
                  snug_reason_words(plan.memory.reason));
}
END_TEST

static const struct {
    const char *label;
    enum snug_kind kind;
    uint64_t bytes;
    enum snug_reason reason;
} values[] = {
    {"off", SNUG_NONE, 0, SNUG_REASON_NONE},
    {"a percentage", SNUG_UNKNOWN, 0, SNUG_REASON_VALUE_MALFORMED},
    {"above", SNUG_SET, 300 * MIB, SNUG_REASON_VALUE_AT_LIMIT},
    {"the limit", SNUG_SET, 256 * MIB, SNUG_REASON_VALUE_AT_LIMIT},
    {"near", SNUG_SET, 244 * MIB, SNUG_REASON_VALUE_NEAR_LIMIT},
    {"95 %", SNUG_SET, 243 * MIB, SNUG_REASON_NONE},
    {"half", SNUG_SET, 128 * MIB, SNUG_REASON_NONE},
    {"less", SNUG_SET, 127 * MIB, SNUG_REASON_VALUE_BELOW_HALF},
    {"zero", SNUG_SET, 0, SNUG_REASON_VALUE_BELOW_HALF},
};

START_TEST(a_value_of_the_users_is_judged_and_stays)
{
    facts.variables.gomemlimit = SNUG_OWNER_USER;
    facts.variables.gomemlimit_kind = values[_i].kind;
    facts.variables.gomemlimit_bytes = values[_i].bytes;
    make();
    ck_assert_msg(plan.memory.value_reason == values[_i].reason, "%s: %s", values[_i].label,
                  snug_reason_words(plan.memory.value_reason));
    ck_assert_int_eq(plan.memory.reason, SNUG_REASON_USER_VALUE);
    ck_assert(!plan.memory.sets_go_limit);
}
END_TEST

START_TEST(nothing_is_said_of_a_value_that_nothing_reads)
{
    facts.variables.gomemlimit_kind = SNUG_SET;
    facts.variables.gomemlimit_bytes = 1;
    make();
    ck_assert_int_eq(plan.memory.value_reason, SNUG_REASON_NONE); /* It is snug's own. */
    facts.variables.gomemlimit = SNUG_OWNER_USER;
    facts.program.go_minor = 18;
    make();
    ck_assert_int_eq(plan.memory.value_reason, SNUG_REASON_NONE);
    facts.program.go_minor = 22;
    facts.memory.limit.kind = SNUG_NONE;
    facts.memory.limit.bytes = 0;
    make();
    ck_assert_int_eq(plan.memory.value_reason, SNUG_REASON_NONE);
}
END_TEST

static const struct {
    uint64_t quota_usec;
    uint64_t count;
    bool is_above;
} counts[] = {
    {50000, 1, false}, {50000, 2, true},   {150000, 2, false},
    {150000, 3, true}, {200000, 2, false}, {200000, 3, true},
};

START_TEST(a_count_of_the_users_is_held_against_the_limit)
{
    set_limit(counts[_i].quota_usec, 100000);
    facts.variables.gomaxprocs = SNUG_OWNER_USER;
    facts.variables.gomaxprocs_count = counts[_i].count;
    make();
    ck_assert_msg((plan.cpu.value_reason == SNUG_REASON_VALUE_ABOVE_CPUS) ==
                      counts[_i].is_above,
                  "%d", _i);
    ck_assert_int_eq(plan.cpu.gomaxprocs_reason, SNUG_REASON_USER_VALUE);
}
END_TEST

static const struct {
    const char *label;
    const char *value;
    enum snug_libc libc;
    bool has_own;
    enum snug_reason reason;
    unsigned n;
} allocators[] = {
    {"keep", "keep", SNUG_LIBC_GLIBC, false, SNUG_REASON_ARENAS_KEEP, 0},
    {"auto", "auto", SNUG_LIBC_GLIBC, false, SNUG_REASON_ARENAS_AUTO, 2},
    {"a number", "5", SNUG_LIBC_UNKNOWN, false, SNUG_REASON_ARENAS_GIVEN, 5},
    {"musl", "5", SNUG_LIBC_MUSL, false, SNUG_REASON_ARENAS_NO_GLIBC, 0},
    {"no libc", "auto", SNUG_LIBC_NONE, false, SNUG_REASON_ARENAS_NO_GLIBC, 0},
    {"the user's", "1", SNUG_LIBC_GLIBC, true, SNUG_REASON_ARENAS_USER, 0},
};

START_TEST(arenas_are_as_many_as_asked_for)
{
    facts.program.libc = allocators[_i].libc;
    facts.variables.has_arenas = allocators[_i].has_own;
    choose("malloc.arenas", allocators[_i].value);
    make();
    ck_assert_msg(plan.allocator.reason == allocators[_i].reason &&
                      plan.allocator.most_arenas == allocators[_i].n,
                  "%s: %u", allocators[_i].label, plan.allocator.most_arenas);
}
END_TEST

static const struct {
    const char *key;
    const char *value;
    bool is_named;
} named_rows[] = {
    {"memory.headroom", "measured", true},
    {"span.guard", "refuse", true},
    {"follow", "on", true},
    {"log", "info", true},
    {"cpu.count", "1", false},
};

START_TEST(the_limits_file_is_asked_for_by_who_uses_it)
{
    ck_assert(!snug_plan_names_limit(&policy));
    choose(named_rows[_i].key, named_rows[_i].value);
    ck_assert_msg(snug_plan_names_limit(&policy) == named_rows[_i].is_named, "%s",
                  named_rows[_i].key);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tcase = tcase_create("memory");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, a_share_is_planned_with_as_a_limit_is, 0,
                        sizeof shares / sizeof *shares);
    tcase_add_test(tcase, a_share_is_what_c_code_and_huge_pages_have_too);
    tcase_add_loop_test(tcase, a_lower_limit_that_is_announced_is_aimed_at, 0,
                        N_ROWS(announcements));
    tcase_add_test(tcase, a_share_is_of_both_limits);
    tcase_add_loop_test(tcase, a_request_counts_where_no_limit_does, 0,
                        sizeof requests / sizeof *requests);
    tcase_add_loop_test(tcase, a_program_that_sets_its_own_limit_is_left_to_it, 0,
                        sizeof owns / sizeof *owns);
    tcase_add_loop_test(tcase, a_value_of_the_users_is_judged_and_stays, 0,
                        sizeof values / sizeof *values);
    tcase_add_test(tcase, nothing_is_said_of_a_value_that_nothing_reads);
    tcase_add_loop_test(tcase, a_count_of_the_users_is_held_against_the_limit, 0,
                        sizeof counts / sizeof *counts);
    tcase_add_loop_test(tcase, arenas_are_as_many_as_asked_for, 0,
                        sizeof allocators / sizeof *allocators);
    tcase_add_loop_test(tcase, the_limits_file_is_asked_for_by_who_uses_it, 0,
                        sizeof named_rows / sizeof *named_rows);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
