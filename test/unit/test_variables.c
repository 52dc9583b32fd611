/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whose values the runtime's variables hold, and what GODEBUG says.
 */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "snug/facts/variables.h"

enum { N_ENTRIES_MAX = 4 };

static const struct {
    const char *label;
    const char *entries[N_ENTRIES_MAX + 1];
    enum snug_owner gomaxprocs;
    enum snug_owner gomemlimit;
} owners[] = {
    {"nothing set", {"PATH=/bin"}, SNUG_OWNER_NOBODY, SNUG_OWNER_NOBODY},
    {"a longer name",
     {"GOMAXPROCSX=1", "XGOMEMLIMIT=1"},
     SNUG_OWNER_NOBODY,
     SNUG_OWNER_NOBODY},
    {"a name without a value", {"GOMAXPROCS"}, SNUG_OWNER_NOBODY, SNUG_OWNER_NOBODY},
    {"recorded but unset", {"SNUG_SET=GOMAXPROCS=2"}, SNUG_OWNER_NOBODY, SNUG_OWNER_NOBODY},
    {"the user's", {"GOMAXPROCS=5"}, SNUG_OWNER_USER, SNUG_OWNER_NOBODY},
    {"the user's with a plus", {"GOMAXPROCS=+5"}, SNUG_OWNER_USER, SNUG_OWNER_NOBODY},
    {"empty", {"GOMAXPROCS=", "GOMEMLIMIT="}, SNUG_OWNER_NOBODY, SNUG_OWNER_NOBODY},
    {"no CPUs", {"GOMAXPROCS=0"}, SNUG_OWNER_NOBODY, SNUG_OWNER_NOBODY},
    {"fewer CPUs than none", {"GOMAXPROCS=-1"}, SNUG_OWNER_NOBODY, SNUG_OWNER_NOBODY},
    {"no number", {"GOMAXPROCS=auto"}, SNUG_OWNER_NOBODY, SNUG_OWNER_NOBODY},
    {"more than 31 bits", {"GOMAXPROCS=4294967297"}, SNUG_OWNER_NOBODY, SNUG_OWNER_NOBODY},
    {"a limit switched off", {"GOMEMLIMIT=off"}, SNUG_OWNER_NOBODY, SNUG_OWNER_USER},
    {"a limit that Go dies of", {"GOMEMLIMIT=80%"}, SNUG_OWNER_NOBODY, SNUG_OWNER_USER},
    {"another value than the record's",
     {"GOMAXPROCS=3", "SNUG_SET=GOMAXPROCS=2"},
     SNUG_OWNER_USER,
     SNUG_OWNER_NOBODY},
    {"a prefix of the record's",
     {"GOMAXPROCS=2", "SNUG_SET=GOMAXPROCS=22"},
     SNUG_OWNER_USER,
     SNUG_OWNER_NOBODY},
    {"longer than the record's",
     {"GOMAXPROCS=22", "SNUG_SET=GOMAXPROCS=2"},
     SNUG_OWNER_USER,
     SNUG_OWNER_NOBODY},
    {"empty record", {"GOMAXPROCS=2", "SNUG_SET="}, SNUG_OWNER_USER, SNUG_OWNER_NOBODY},
    {"both from snug",
     {"GOMAXPROCS=2", "GOMEMLIMIT=241172480", "SNUG_SET=GOMEMLIMIT=241172480 GOMAXPROCS=2"},
     SNUG_OWNER_SNUG,
     SNUG_OWNER_SNUG},
    {"one from snug",
     {"SNUG_SET=GOMAXPROCS=2", "GOMEMLIMIT=1GiB", "GOMAXPROCS=2"},
     SNUG_OWNER_SNUG,
     SNUG_OWNER_USER},
    {"the first of duplicates",
     {"GOMAXPROCS=3", "GOMAXPROCS=2", "SNUG_SET=GOMAXPROCS=2"},
     SNUG_OWNER_USER,
     SNUG_OWNER_NOBODY},
    {"the first of two records",
     {"GOMAXPROCS=2", "SNUG_SET=GOMAXPROCS=2", "SNUG_SET=GOMAXPROCS=3"},
     SNUG_OWNER_SNUG,
     SNUG_OWNER_NOBODY},
};

/* Entries are not const on a start vector. */
static char **entries_of(const char *const *texts)
{
    static char *entries[N_ENTRIES_MAX + 1];
    for (int i = 0; i <= N_ENTRIES_MAX; i++)
        entries[i] = (char *)texts[i];
    return entries;
}

START_TEST(a_value_is_the_users_unless_it_is_recorded)
{
    struct snug_variable_facts facts;
    snug_variables_read(entries_of(owners[_i].entries), &facts);
    ck_assert_msg(facts.gomaxprocs == owners[_i].gomaxprocs, "%s", owners[_i].label);
    ck_assert_msg(facts.gomemlimit == owners[_i].gomemlimit, "%s", owners[_i].label);
    ck_assert_int_eq(facts.gogc, SNUG_OWNER_NOBODY);
}
END_TEST

static const struct {
    const char *entry;
    bool is_told;
} shares[] = {
    {"AUTOMEMLIMIT=0.5", true},
    {"AUTOMEMLIMIT=off", false},
    {"AUTOMEMLIMIT=", false},
    {"AUTOMEMLIMIT_EXPERIMENT=system", false},
};

START_TEST(automemlimit_is_told_a_share)
{
    const char *const entries[N_ENTRIES_MAX + 1] = {"GOGC=50", shares[_i].entry};
    struct snug_variable_facts facts;
    snug_variables_read(entries_of(entries), &facts);
    ck_assert_msg(facts.has_automemlimit == shares[_i].is_told, "%s", shares[_i].entry);
}
END_TEST

static const struct {
    const char *value;
    enum snug_kind kind;
    uint64_t bytes;
} limits[] = {
    {"GOMEMLIMIT=off", SNUG_NONE, 0},
    {"GOMEMLIMIT=", SNUG_NONE, 0},
    {"GOMEMLIMIT=80%", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=1GB", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=1G", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=1Gi", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=1iB", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=-1", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=1.5GiB", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=9223372036854775808", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=8388608TiB", SNUG_UNKNOWN, 0},
    {"GOMEMLIMIT=0", SNUG_SET, 0},
    {"GOMEMLIMIT=512", SNUG_SET, 512},
    {"GOMEMLIMIT=512B", SNUG_SET, 512},
    {"GOMEMLIMIT=1KiB", SNUG_SET, 1 << 10},
    {"GOMEMLIMIT=1GiB", SNUG_SET, 1 << 30},
};

/* As runtime.parseByteCount does. */
START_TEST(a_memory_limit_is_read_as_go_reads_it)
{
    const char *const entries[N_ENTRIES_MAX + 1] = {limits[_i].value};
    struct snug_variable_facts facts;
    snug_variables_read(entries_of(entries), &facts);
    ck_assert_msg(facts.gomemlimit_kind == limits[_i].kind, "%s", limits[_i].value);
    if (limits[_i].kind == SNUG_SET)
        ck_assert_uint_eq(facts.gomemlimit_bytes, limits[_i].bytes);
}
END_TEST

static const struct {
    const char *entry;
    bool has_arenas;
} arenas[] = {
    {"MALLOC_ARENA_MAX=2", true},
    {"MALLOC_ARENA_MAX=", false},
    {"MALLOC_ARENA_TEST=2", true},
    {"GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.arena_max=1", true},
    {"GLIBC_TUNABLES=glibc.malloc.check=3", false},
};

START_TEST(glibc_is_told_of_arenas)
{
    const char *const entries[N_ENTRIES_MAX + 1] = {arenas[_i].entry};
    struct snug_variable_facts facts;
    snug_variables_read(entries_of(entries), &facts);
    ck_assert_msg(facts.has_arenas == arenas[_i].has_arenas, "%s", arenas[_i].entry);
}
END_TEST

START_TEST(a_count_of_the_users_is_read)
{
    const char *const entries[N_ENTRIES_MAX + 1] = {"GOMAXPROCS=+12"};
    struct snug_variable_facts facts;
    snug_variables_read(entries_of(entries), &facts);
    ck_assert_uint_eq(facts.gomaxprocs_count, 12);
    ck_assert_int_eq(facts.gomemlimit_kind, SNUG_NONE);
}
END_TEST

START_TEST(no_entries_are_no_variables)
{
    struct snug_variable_facts facts;
    snug_variables_read(NULL, &facts);
    ck_assert_int_eq(facts.gomaxprocs, SNUG_OWNER_NOBODY);
    ck_assert_int_eq(facts.gogc, SNUG_OWNER_NOBODY);
    ck_assert_int_eq(facts.container_maxprocs, SNUG_MAYBE);
    ck_assert(!facts.has_automemlimit);
}
END_TEST

static const struct {
    const char *settings;
    enum snug_answer answer;
} godebug[] = {
    {"", SNUG_MAYBE},
    {"updatemaxprocs", SNUG_MAYBE},
    {"updatemaxprocs=", SNUG_MAYBE},
    {"updatemaxprocs=off", SNUG_MAYBE},
    {"xupdatemaxprocs=0", SNUG_MAYBE},
    {"updatemaxprocsx=0", SNUG_MAYBE},
    {" updatemaxprocs=0", SNUG_MAYBE},
    {"containermaxprocs=0", SNUG_MAYBE},
    {"updatemaxprocs=0", SNUG_NO},
    {"updatemaxprocs=1", SNUG_YES},
    {"updatemaxprocs=2", SNUG_YES},
    {"gctrace=1,updatemaxprocs=0,", SNUG_NO},
    {"updatemaxprocs=0,updatemaxprocs=1", SNUG_YES},
    {"updatemaxprocs=1,updatemaxprocs=0", SNUG_NO},
    {"updatemaxprocs=0,updatemaxprocs=x", SNUG_NO},
    {",,updatemaxprocs=0,,", SNUG_NO},
};

START_TEST(the_last_number_of_a_godebug_setting_counts)
{
    const enum snug_answer answer =
        snug_variables_godebug(snug_text_of(godebug[_i].settings), "updatemaxprocs");
    ck_assert_msg(answer == godebug[_i].answer, "%s: %d", godebug[_i].settings, answer);
}
END_TEST

START_TEST(the_first_godebug_variable_counts)
{
    static const char *const entries[N_ENTRIES_MAX + 1] = {
        "GODEBUG=containermaxprocs=0", "GODEBUG=updatemaxprocs=0", "GOGC=off"};
    struct snug_variable_facts facts;
    snug_variables_read(entries_of(entries), &facts);
    ck_assert_int_eq(facts.container_maxprocs, SNUG_NO);
    ck_assert_int_eq(facts.update_maxprocs, SNUG_MAYBE);
    ck_assert_int_eq(facts.gogc, SNUG_OWNER_USER);
}
END_TEST

static const struct told_row {
    const char *entry;
    bool is_told;
} told[] = {
    {"SNUG_SET=told", true},      {"SNUG_SET=told pdeathsig=15:4711:1:2:3", true},
    {"SNUG_SET=GOGC=off", false}, {"SNUG_SET=untold", false},
    {"SNUG_SET=", false},         {"SNUG_CPU_ROUND=told", false},
};

START_TEST(mistakes_are_told_if_the_record_says_so)
{
    const char *const entries[N_ENTRIES_MAX + 1] = {told[_i].entry};
    struct snug_variable_facts facts;
    snug_variables_read(entries_of(entries), &facts);
    ck_assert_msg(facts.is_told == told[_i].is_told, "%s", told[_i].entry);
}
END_TEST

static Suite *variables_suite(void)
{
    Suite *suite = suite_create("variables");
    TCase *owner = tcase_create("owner");
    tcase_add_loop_test(owner, a_value_is_the_users_unless_it_is_recorded, 0,
                        sizeof owners / sizeof *owners);
    tcase_add_loop_test(owner, a_memory_limit_is_read_as_go_reads_it, 0,
                        sizeof limits / sizeof *limits);
    tcase_add_loop_test(owner, glibc_is_told_of_arenas, 0, sizeof arenas / sizeof *arenas);
    tcase_add_test(owner, a_count_of_the_users_is_read);
    tcase_add_loop_test(owner, automemlimit_is_told_a_share, 0,
                        sizeof shares / sizeof *shares);
    tcase_add_loop_test(owner, mistakes_are_told_if_the_record_says_so, 0,
                        sizeof told / sizeof *told);
    tcase_add_test(owner, no_entries_are_no_variables);
    suite_add_tcase(suite, owner);

    TCase *settings = tcase_create("godebug");
    tcase_add_loop_test(settings, the_last_number_of_a_godebug_setting_counts, 0,
                        sizeof godebug / sizeof *godebug);
    tcase_add_test(settings, the_first_godebug_variable_counts);
    suite_add_tcase(suite, settings);
    return suite;
}

int main(void)
{
    return suite_run(variables_suite());
}
