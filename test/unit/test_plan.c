/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The plan as a table: facts and policy in, decisions and reasons out.
 */
#include "machine.h"

#include "snug/plan/needs.h"

START_TEST(an_unknown_limit_changes_nothing)
{
    facts.cpu.limit.kind = SNUG_UNKNOWN;
    facts.cpu.own.kind = SNUG_UNKNOWN;
    facts.memory.limit.kind = SNUG_UNKNOWN;
    make();
    ck_assert_uint_eq(plan.cpu.count, 8);
    ck_assert_int_eq(plan.cpu.reason, SNUG_REASON_LIMIT_UNKNOWN);
    ck_assert_int_eq(plan.memory.reason, SNUG_REASON_MEMORY_UNKNOWN);
    ck_assert_uint_eq(plan.n_variables, 0);
    ck_assert(!plan.cpu.has_window);
}
END_TEST

START_TEST(a_request_counts_where_the_limit_is_unknown)
{
    facts.cpu.limit.kind = SNUG_UNKNOWN;
    request_milli = 1500;
    make();
    ck_assert_uint_eq(plan.cpu.count, 3);
    ck_assert_int_eq(plan.cpu.reason, SNUG_REASON_REQUEST);
    ck_assert(plan.cpu.has_window);
}
END_TEST

START_TEST(unknown_allowed_cpus_change_nothing)
{
    memset(&facts.cpu.allowed, 0, sizeof facts.cpu.allowed);
    facts.cpu.n_allowed = 0;
    make();
    ck_assert_int_eq(plan.cpu.reason, SNUG_REASON_ALLOWED_UNKNOWN);
    ck_assert(!plan.cpu.has_window && !plan.cpu.is_presented && !plan.cpu.sets_gomaxprocs);
}
END_TEST

static const struct memory_row {
    const char *label;
    uint64_t limit_bytes;
    const char *key, *value;
    enum snug_reason reason;
    uint64_t go_limit_bytes;
} memory_rows[] = {
    {"zero bytes", 0, NULL, NULL, SNUG_REASON_MEMORY_TOO_SMALL, 0},
    {"below 64 MiB", 64 * MIB - 1, NULL, NULL, SNUG_REASON_MEMORY_TOO_SMALL, 0},
    {"headroom larger than the limit", 256 * MIB, "memory.headroom", "1G",
     SNUG_REASON_MEMORY_NO_ROOM, 0},
    {"off", 256 * MIB, "memory.limit", "off", SNUG_REASON_MEMORY_OFF, 0},
    {"64 MiB: to the page", 64 * MIB, NULL, NULL, SNUG_REASON_MEMORY_LIMIT, 60395520},
    {"256 MiB: to the span", 256 * MIB, NULL, NULL, SNUG_REASON_MEMORY_LIMIT, 241172480},
    {"headroom as a size", 256 * MIB, "memory.headroom", "56M", SNUG_REASON_MEMORY_LIMIT,
     200 * MIB},
    {"no headroom", 256 * MIB, "memory.headroom", "0%", SNUG_REASON_MEMORY_LIMIT,
     256 * MIB},
    {"a size is handed on as it is", 256 * MIB, "memory.limit", "100M",
     SNUG_REASON_MEMORY_GIVEN, 100 * MIB},
    {"the largest limit", INT64_MAX, NULL, NULL, SNUG_REASON_MEMORY_LIMIT,
     8301034833168039936u},
};

START_TEST(memory_target_follows_the_limit)
{
    const struct memory_row *row = &memory_rows[_i];
    facts.memory.limit.bytes = row->limit_bytes;
    if (row->key)
        choose(row->key, row->value);
    make();
    ck_assert_msg(plan.memory.reason == row->reason &&
                      plan.memory.go_limit_bytes == row->go_limit_bytes &&
                      plan.memory.sets_go_limit == (row->go_limit_bytes > 0),
                  "%s: %llu, %s", row->label,
                  (unsigned long long)plan.memory.go_limit_bytes,
                  snug_reason_words(plan.memory.reason));
}
END_TEST

/* The limits of 256 MiB and of 5.8 GiB are those that a kubelet wrote. */
static const struct {
    const char *label;
    uint64_t high_bytes, hard_bytes;
    enum snug_reason reason;
    uint64_t go_limit_bytes;
} soft_rows[] = {
    {"memory.high alone", 5614727168, 0, SNUG_REASON_MEMORY_HIGH_ALONE, 0},
    {"above the target", 255012864, 256 * MIB, SNUG_REASON_MEMORY_LIMIT, 241172480},
    {"at the target", 241591910, 256 * MIB, SNUG_REASON_MEMORY_LIMIT, 241172480},
    {"below the target", 128 * MIB, 256 * MIB, SNUG_REASON_MEMORY_LIMIT, 120 * MIB},
    {"far below a headroom", 65 * MIB, 1024 * MIB, SNUG_REASON_MEMORY_LIMIT, 64749568},
};

START_TEST(memory_high_and_headroom_do_not_add_up)
{
    facts.memory.limit.bytes = soft_rows[_i].high_bytes;
    facts.memory.hard_bytes = soft_rows[_i].hard_bytes;
    strcpy(facts.memory.limit.from, "/a/memory.high");
    make();
    ck_assert_msg(plan.memory.reason == soft_rows[_i].reason &&
                      plan.memory.go_limit_bytes == soft_rows[_i].go_limit_bytes,
                  "%s: %llu, %s", soft_rows[_i].label,
                  (unsigned long long)plan.memory.go_limit_bytes,
                  snug_reason_words(plan.memory.reason));
}
END_TEST

static const struct {
    const char *label;
    enum snug_kind kind;
    const char *from, *value;
    enum snug_reason reason;
    uint64_t guard_bytes;
} ceiling_rows[] = {
    {"off", SNUG_SET, "/a/memory.max", "off", SNUG_REASON_CEILING_OFF, 0},
    {"no limit", SNUG_NONE, "", "refuse", SNUG_REASON_MEMORY_NO_LIMIT, 0},
    {"unknown", SNUG_UNKNOWN, "", "refuse", SNUG_REASON_MEMORY_UNKNOWN, 0},
    {"soft", SNUG_SET, "/a/memory.high", "refuse", SNUG_REASON_CEILING_SOFT, 0},
    {"stated", SNUG_SET, "/proc/meminfo", "refuse", SNUG_REASON_CEILING_STATED, 0},
    {"hard", SNUG_SET, "/a/memory.max", "refuse", SNUG_REASON_CEILING_REFUSE, 256 * MIB},
    {"version 1", SNUG_SET, "/a/memory.limit_in_bytes", "refuse",
     SNUG_REASON_CEILING_REFUSE, 256 * MIB},
};

START_TEST(growth_is_guarded_by_limits_that_kill)
{
    facts.memory.limit.kind = ceiling_rows[_i].kind;
    strcpy(facts.memory.limit.from, ceiling_rows[_i].from);
    facts.memory.limit.is_stated = strcmp(ceiling_rows[_i].from, "/proc/meminfo") == 0;
    choose("span.guard", ceiling_rows[_i].value);
    make();
    ck_assert_msg(plan.memory.guard_reason == ceiling_rows[_i].reason &&
                      plan.memory.guard_bytes == ceiling_rows[_i].guard_bytes &&
                      plan.watches_heap == (ceiling_rows[_i].guard_bytes > 0),
                  "%s: %s", ceiling_rows[_i].label,
                  snug_reason_words(plan.memory.guard_reason));
}
END_TEST

START_TEST(the_heap_is_watched_where_somebody_reads_the_counts)
{
    make();
    ck_assert(!plan.watches_heap);
    choose("stats.file", "/dev/shm/page");
    make();
    ck_assert(plan.watches_heap);
    facts.program.is_go = false;
    make();
    ck_assert(!plan.watches_heap);
}
END_TEST

START_TEST(a_program_that_was_told_its_share_sets_its_own_limit)
{
    facts.variables.has_automemlimit = true;
    make();
    ck_assert_int_eq(plan.memory.reason, SNUG_REASON_PROGRAM_LIMIT);
    ck_assert(!plan.memory.sets_go_limit && !plan.n_variables);
    choose("memory.limit", "100M");
    make();
    ck_assert_str_eq(plan.variable[0], "GOMEMLIMIT=104857600");
}
END_TEST

START_TEST(go_before_1_19_gets_no_memory_limit)
{
    facts.program.go_minor = 18;
    make();
    ck_assert_int_eq(plan.memory.reason, SNUG_REASON_GO_TOO_OLD);
    ck_assert_uint_eq(plan.n_variables, 0);
    ck_assert(plan.cpu.has_window);
}
END_TEST

START_TEST(values_of_the_user_are_left_alone)
{
    facts.variables.gomaxprocs = SNUG_OWNER_USER;
    facts.variables.gomemlimit = SNUG_OWNER_USER;
    facts.variables.gogc = SNUG_OWNER_USER;
    facts.program.imports_mmap = false;
    choose("memory.gogc", "50");
    make();
    ck_assert_int_eq(plan.cpu.gomaxprocs_reason, SNUG_REASON_USER_VALUE);
    ck_assert_int_eq(plan.memory.reason, SNUG_REASON_USER_VALUE);
    ck_assert_int_eq(plan.memory.gogc_reason, SNUG_REASON_USER_VALUE);
    ck_assert_uint_eq(plan.n_variables, 0);
}
END_TEST

START_TEST(values_of_a_parents_snug_are_replaced)
{
    facts.variables.gomaxprocs = SNUG_OWNER_SNUG;
    facts.variables.gomemlimit = SNUG_OWNER_SNUG;
    facts.program.imports_mmap = false;
    make();
    ck_assert_uint_eq(plan.n_variables, 2);
    ck_assert_str_eq(plan.variable[0], "GOMEMLIMIT=241172480");
    ck_assert_str_eq(plan.variable[1], "GOMAXPROCS=2");
}
END_TEST

START_TEST(gogc_is_written_as_given)
{
    choose("memory.limit", "off");
    choose("memory.gogc", "off");
    make();
    ck_assert_uint_eq(plan.n_variables, 1);
    ck_assert_str_eq(plan.variable[0], "GOGC=off");
}
END_TEST

START_TEST(with_a_window_old_go_needs_no_gomaxprocs)
{
    make();
    ck_assert(plan.cpu.has_window && plan.cpu.is_presented && !plan.cpu.sets_gomaxprocs);
    ck_assert_int_eq(plan.cpu.gomaxprocs_reason, SNUG_REASON_RUNTIME_AGREES);
    ck_assert(plan.cpu.may_set_gomaxprocs);
}
END_TEST

static const struct window_row {
    const char *label;
    bool is_static, imports_mmap, is_archive;
    enum snug_answer may;
    enum snug_reason reason;
} window_rows[] = {
    {"static", true, false, false, SNUG_YES, SNUG_REASON_STATIC},
    {"PIE without cgo", false, false, false, SNUG_YES, SNUG_REASON_NO_MMAP_IMPORT},
    {"Go in a C program", false, true, true, SNUG_YES, SNUG_REASON_ARCHIVE},
    {"refused", false, true, false, SNUG_NO, SNUG_REASON_SECCOMP},
    {"not tried", false, true, false, SNUG_MAYBE, SNUG_REASON_SECCOMP},
};

START_TEST(without_a_window_gomaxprocs_says_it)
{
    const struct window_row *row = &window_rows[_i];
    facts.program.is_static = row->is_static;
    facts.program.imports_mmap = row->imports_mmap;
    facts.program.is_archive = row->is_archive;
    facts.privileges.may_set_affinity = row->may;
    make();
    ck_assert_msg(!plan.cpu.has_window && plan.cpu.window_reason == row->reason, "%s",
                  row->label);
    ck_assert(plan.cpu.sets_gomaxprocs);
    ck_assert_str_eq(plan.variable[1], "GOMAXPROCS=2");
}
END_TEST

START_TEST(only_go_is_touched_unless_asked)
{
    facts.program.is_go = false;
    facts.program.imports_mmap = true;
    make();
    ck_assert(!plan.is_active && !plan.cpu.is_presented && !plan.cpu.has_window);
    ck_assert_int_eq(plan.reason, SNUG_REASON_NOT_GO);

    choose("scope", "all");
    make();
    ck_assert(plan.is_active && plan.cpu.is_presented && !plan.cpu.has_window);
    ck_assert_uint_eq(plan.cpu.count, 2);
    ck_assert_uint_eq(plan.n_variables, 0);
}
END_TEST

START_TEST(the_off_switch_goes_first)
{
    policy.is_off = true;
    make();
    ck_assert(!plan.is_active && !plan.n_variables);
    ck_assert_int_eq(plan.cpu.reason, SNUG_REASON_OFF_SWITCH);
    ck_assert_uint_eq(plan.cpu.count, 8);
}
END_TEST

START_TEST(memory_is_presented_only_if_asked)
{
    make();
    ck_assert(!plan.memory.is_presented);
    choose("memory.present", "on");
    make();
    ck_assert(plan.memory.is_presented);
    ck_assert_uint_eq(plan.memory.present_bytes, 256 * MIB);
    facts.memory.limit.kind = SNUG_NONE;
    make();
    ck_assert(!plan.memory.is_presented);
    ck_assert_int_eq(plan.memory.present_reason, SNUG_REASON_MEMORY_NO_LIMIT);
}
END_TEST

static const struct {
    const char *value;
    bool is_guarded, softens;
    enum snug_reason reason;
} guard_rows[] = {
    {"off", false, false, SNUG_REASON_GUARD_OFF},
    {"audit", true, false, SNUG_REASON_GUARD_AUDIT},
    {"log", true, true, SNUG_REASON_GUARD_LOG},
};

START_TEST(filters_are_looked_at_only_if_asked)
{
    choose("seccomp.guard", guard_rows[_i].value);
    make();
    ck_assert(plan.seccomp.is_guarded == guard_rows[_i].is_guarded);
    ck_assert(plan.seccomp.softens == guard_rows[_i].softens);
    ck_assert_int_eq(plan.seccomp.reason, guard_rows[_i].reason);
    ck_assert_uint_eq(plan.seccomp.go_minor, facts.program.go_minor);
}
END_TEST

START_TEST(a_program_that_is_not_go_has_none_of_gos_needs)
{
    choose("scope", "all");
    make();
    ck_assert_uint_eq(plan.seccomp.who, SNUG_NEEDS_GO | SNUG_NEEDS_LIBC | SNUG_NEEDS_SNUG);
    facts.program.is_go = false;
    make();
    ck_assert_uint_eq(plan.seccomp.who, SNUG_NEEDS_SNUG);
    choose("seccomp.guard", "audit");
    make();
    ck_assert(plan.is_rare);
    ck_assert_uint_eq(plan.seccomp.who, SNUG_NEEDS_SNUG | SNUG_NEEDS_RARE);
}
END_TEST

static bool tells(bool is_rare)
{
    make();
    ck_assert_int_eq(plan.is_rare, is_rare);
    return plan.tells;
}

START_TEST(mistakes_are_told_once_by_a_go_program_whose_log_is_not_off)
{
    policy.n_problems = 1; /* With a file that nobody named. */
    ck_assert(tells(false));
    (void)snug_policy_set(&policy, SNUG_FROM_ENVIRONMENT, snug_text_of("cpu.round"),
                          snug_text_of("sideways"));
    ck_assert(tells(true));
    facts.variables.is_told = true;
    ck_assert(!tells(false));
    facts.variables.is_told = false;
    facts.program.is_go = false;
    choose("scope", "all");
    ck_assert(!tells(false));
    facts.program.is_go = true;
    choose("log", "error");
    ck_assert(tells(true));
    choose("log", "off");
    ck_assert(!tells(false));
}
END_TEST

START_TEST(huge_pages_are_the_programs_affair_unless_owned)
{
    make();
    ck_assert(!plan.prctl.owns_thp);
    ck_assert_int_eq(plan.prctl.reason, SNUG_REASON_THP_PASS);
    choose("prctl.thp", "own");
    make();
    ck_assert(plan.prctl.owns_thp);
    ck_assert_int_eq(plan.prctl.reason, SNUG_REASON_THP_OWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *tcase = tcase_create("plan");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, an_unknown_limit_changes_nothing);
    tcase_add_test(tcase, a_request_counts_where_the_limit_is_unknown);
    tcase_add_test(tcase, unknown_allowed_cpus_change_nothing);
    tcase_add_loop_test(tcase, memory_target_follows_the_limit, 0, N_ROWS(memory_rows));
    tcase_add_loop_test(tcase, memory_high_and_headroom_do_not_add_up, 0,
                        N_ROWS(soft_rows));
    tcase_add_loop_test(tcase, growth_is_guarded_by_limits_that_kill, 0,
                        N_ROWS(ceiling_rows));
    tcase_add_test(tcase, the_heap_is_watched_where_somebody_reads_the_counts);
    tcase_add_test(tcase, a_program_that_was_told_its_share_sets_its_own_limit);
    tcase_add_test(tcase, go_before_1_19_gets_no_memory_limit);
    tcase_add_test(tcase, values_of_the_user_are_left_alone);
    tcase_add_test(tcase, values_of_a_parents_snug_are_replaced);
    tcase_add_test(tcase, gogc_is_written_as_given);
    tcase_add_test(tcase, with_a_window_old_go_needs_no_gomaxprocs);
    tcase_add_loop_test(tcase, without_a_window_gomaxprocs_says_it, 0, N_ROWS(window_rows));
    tcase_add_test(tcase, only_go_is_touched_unless_asked);
    tcase_add_test(tcase, the_off_switch_goes_first);
    tcase_add_test(tcase, memory_is_presented_only_if_asked);
    tcase_add_loop_test(tcase, filters_are_looked_at_only_if_asked, 0, N_ROWS(guard_rows));
    tcase_add_test(tcase, a_program_that_is_not_go_has_none_of_gos_needs);
    tcase_add_test(tcase, mistakes_are_told_once_by_a_go_program_whose_log_is_not_off);
    tcase_add_test(tcase, huge_pages_are_the_programs_affair_unless_owned);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
