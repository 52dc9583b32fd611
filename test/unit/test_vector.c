/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Insertion into start vectors composed word by word. `getauxval` here is libc's algorithm:
 * it walks from where the auxv began before anything was inserted.
 */
#include <check.h>
#include <elf.h>
#include <errno.h>

#include "start_vector.h"
#include "suite.h"
#include "snug/apply/vector.h"

static const struct damage_row {
    const char *label;
    int word; /* Counted from envp, which has two entries. */
    uint64_t value;
} damage_rows[] = {
    {"something before envp", -1, 7},      {"an impossible auxv type", 3, 1u << 20},
    {"no AT_PHDR", 11, AT_IGNORE},         {"AT_PHDR is 0", 12, 0},
    {"a page size that is none", 8, 4097}, {"no AT_RANDOM", 27, AT_IGNORE},
};

START_TEST(what_is_no_vector_is_not_believed)
{
    const struct damage_row *row = &damage_rows[_i];
    compose(plain_env, usual_auxv, N_USUAL);
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);
    ((uint64_t *)envp)[row->word] = row->value;
    ck_assert_msg(snug_vector_find(envp, &vector) == -EINVAL, "%s", row->label);
}
END_TEST

START_TEST(what_a_constructor_took_away_is_room)
{
    static const char *const env[] = {"SECRET=1", "PATH=/bin", "KEY=2", "HOME=/", NULL};
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2", gogc[] = "GOGC=50";
    char *const entries[] = {limit, procs, gogc};
    compose(env, usual_auxv, N_USUAL);
    for (int i = 0; i < _i; i++)
        unset_first();
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);
    ck_assert_uint_eq(vector.n_entries, (unsigned)(4 - _i));
    for (int i = 4; i > _i; i--)
        ck_assert_str_eq(envp[i - 1 - _i], env[i - 1]);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 3, NULL, record, true), 3);
    ck_assert_str_eq(get_env("HOME"), "/");
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "1");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
    ck_assert_str_eq(get_env("GOGC"), "50");
    check_auxv();
}
END_TEST

START_TEST(nothing_and_odd_addresses_are_no_vector)
{
    compose(plain_env, usual_auxv, N_USUAL);
    ck_assert_int_eq(snug_vector_find(NULL, &vector), -EINVAL);
    ck_assert_int_eq(snug_vector_find((char **)((char *)envp + 1), &vector), -EINVAL);
}
END_TEST

START_TEST(one_variable_takes_the_place_of_at_flags)
{
    char limit[] = "GOMEMLIMIT=241172480";
    char *const entries[] = {limit};
    compose_usual(plain_env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    ck_assert_str_eq(get_env("PATH"), "/bin");
    ck_assert_str_eq(get_env("HOME"), "/");
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "241172480");
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=241172480");
    uint64_t value;
    ck_assert(!get_auxval(AT_FLAGS, &value) && get_auxval(AT_UID, &value));
    check_auxv();
}
END_TEST

START_TEST(the_record_goes_with_any_number_of_variables)
{
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose_usual(plain_env);
    ck_assert_uint_eq(
        snug_vector_set(&vector, entries, 2, "pdeathsig=15:7:8", record, true), 2);
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
    ck_assert_str_eq(get_env("SNUG_SET"), "pdeathsig=15:7:8 GOMEMLIMIT=1 GOMAXPROCS=2");

    compose_usual(plain_env);
    (void)snug_vector_set(&vector, entries, 2, "pdeathsig=15:7:8", record, false);
    ck_assert_str_eq(get_env("SNUG_SET"), "pdeathsig=15:7:8 GOMEMLIMIT=1 GOMAXPROCS=2");
    check_auxv();
}
END_TEST

START_TEST(an_entry_that_go_takes_for_unset_lends_its_place)
{
    static const char *const env[] = {"GOMEMLIMIT=", "GOMAXPROCS=0", "A=1", NULL};
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 2, NULL, record, true), 2);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "1");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
    ck_assert_ptr_eq(envp[0], limit);
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=1 GOMAXPROCS=2");
    ck_assert_str_eq(snug_vector_own(&vector, limit)->lender, "GOMEMLIMIT=");

    /* Told again without them, it has its place back. */
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 0, NULL, record, true), 0);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "0");
}
END_TEST

START_TEST(what_stays_in_the_place_of_an_unset_entry_is_recorded)
{
    static const char *const env[] = {"GOMEMLIMIT=", NULL};
    char limit[] = "GOMEMLIMIT=1";
    char *const entries[] = {limit};
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, false), 1);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "1");
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=1");
}
END_TEST

/* Start vectors that there are: what they give room for. The first pairs are the same. */
static const struct room_row {
    const char *label;
    uint64_t auxv[10][2];
    unsigned n_set;
    unsigned n_left; /* Pairs of these that are left. */
} room_rows[] = {
    {"Linux, root",
     {{AT_CLKTCK, 100},
      {AT_FLAGS, 0},
      {AT_UID, 0},
      {AT_EUID, 0},
      {AT_GID, 0},
      {AT_EGID, 0},
      {AT_SECURE, 0}},
     3,
     5},
    {"Linux, a user", {{AT_CLKTCK, 100}, {AT_FLAGS, 0}, {AT_UID, 7}, {AT_SECURE, 0}}, 2, 3},
    {"Linux, a user of group 0", {{AT_FLAGS, 0}, {AT_UID, 7}, {AT_EGID, 0}}, 3, 1},
    {"gVisor of 2026, a user",
     {{AT_UID, 7}, {AT_SECURE, 0}, {AT_CLKTCK, 100}, {AT_HWCAP, 0}, {AT_HWCAP2, 0}},
     3,
     3},
    {"gVisor of 2022, root",
     {{AT_UID, 0},
      {AT_EUID, 0},
      {AT_GID, 0},
      {AT_EGID, 0},
      {AT_SECURE, 0},
      {AT_CLKTCK, 100}},
     3,
     4},
    {"gVisor of 2022, a user", {{AT_UID, 7}, {AT_SECURE, 0}, {AT_CLKTCK, 100}}, 0, 3},
    {"flags that mean something", {{AT_FLAGS, 1}, {AT_HWCAP, 0x178bfbff}}, 0, 2},
};

START_TEST(the_first_variables_get_what_room_there_is)
{
    const struct room_row *row = &room_rows[_i];
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2", gogc[] = "GOGC=off";
    char *const entries[] = {limit, procs, gogc};
    uint64_t auxv[16][2] = {{AT_PHDR, PHDR}, {AT_PAGESZ, 4096}, {AT_RANDOM, RANDOM}};
    size_t n = 3;
    for (; row->auxv[n - 3][0]; n++)
        memcpy(auxv[n], row->auxv[n - 3], sizeof auxv[n]);
    compose(plain_env, (const uint64_t(*)[2])auxv, n + 1);
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);

    const unsigned n_set = snug_vector_set(&vector, entries, 3, NULL, record, true);
    ck_assert_msg(n_set == row->n_set, "%s: %u", row->label, n_set);
    ck_assert_int_eq(get_env("GOMEMLIMIT") != NULL, n_set > 0);
    ck_assert_int_eq(get_env("GOMAXPROCS") != NULL, n_set > 1);
    ck_assert_int_eq(get_env("GOGC") != NULL, n_set > 2);
    ck_assert_str_eq(get_env("HOME"), "/");
    ck_assert_msg(vector.n_pairs == 3 + row->n_left, "%s: %zu pairs", row->label,
                  vector.n_pairs);
    for (size_t i = 0; i < n; i++) {
        uint64_t value = 0;
        (void)get_auxval(auxv[i][0], &value);
        ck_assert_msg(value == auxv[i][1], "%s: type %llu", row->label,
                      (unsigned long long)auxv[i][0]);
    }
}
END_TEST

START_TEST(a_later_variable_joins_the_first)
{
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose_usual(plain_env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 2, NULL, record, true), 2);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "1");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
    check_auxv();
}
END_TEST

static const uint64_t full_auxv[][2] = {{AT_PAGESZ, 4096}, {AT_PHDR, PHDR},
                                        {AT_FLAGS, 4},     {AT_RANDOM, RANDOM},
                                        {AT_CLKTCK, 100},  {AT_NULL, 0}};

static void compose_full(const char *const *env)
{
    compose(env, full_auxv, sizeof full_auxv / sizeof full_auxv[0]);
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);
}

START_TEST(without_room_nothing_changes)
{
    static const char *const env[] = {"PATH=/bin", "SNUG_LOG=info", NULL};
    char limit[] = "GOMEMLIMIT=1";
    char *const entries[] = {limit};
    compose_full(plain_env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 0);
    ck_assert_mem_eq(words, before, sizeof words);
    compose_full(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, false), 0);
    ck_assert_mem_eq(words, before, sizeof words);
}
END_TEST

START_TEST(without_room_snugs_own_variables_lend_their_places)
{
    static const char *const env[] = {"SNUG=on", "SNUG_LOG=info", "PATH=/bin",
                                      "SNUG_MEMORY_GOGC=off", NULL};
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2", gogc[] = "GOGC=off";
    char *const entries[] = {limit, procs, gogc};
    compose_full(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 3, NULL, record, true), 2);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "1");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
    ck_assert_ptr_null(get_env("GOGC"));
    ck_assert_ptr_null(get_env("SNUG_LOG"));
    ck_assert_str_eq(get_env("SNUG"), "on");
    /* Once more, and less: who lent has its place back, and nobody lends twice. */
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    ck_assert_ptr_null(get_env("GOMAXPROCS"));
    ck_assert_str_eq(get_env("SNUG_MEMORY_GOGC"), "off");
    ck_assert_str_eq(snug_vector_own(&vector, limit)->lender, "SNUG_LOG=info");
}
END_TEST

/* A child that a constructor starts needs them. */
START_TEST(a_pair_is_given_up_before_snugs_own_variables_lend)
{
    static const char *const env[] = {"SNUG_LOG=info", "PATH=/bin", NULL};
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 2, NULL, record, true), 2);
    ck_assert_str_eq(get_env("SNUG_LOG"), "info");
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=1 GOMAXPROCS=2");
    check_auxv();
}
END_TEST

START_TEST(a_childs_entries_are_overwritten_in_place)
{
    static const char *const env[] = {"GOMEMLIMIT=1", "PATH=/bin", "GOMAXPROCS=2",
                                      "SNUG_SET=GOMEMLIMIT=1 GOMAXPROCS=2", NULL};
    char limit[] = "GOMEMLIMIT=99";
    char *const entries[] = {limit};
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "99");
    ck_assert_ptr_null(get_env("GOMAXPROCS"));
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=99");
    ck_assert_ptr_eq(vector.auxv, old_auxv);
}
END_TEST

START_TEST(a_childs_entries_vanish_when_nothing_is_planned)
{
    static const char *const env[] = {
        "GOMEMLIMIT=1", "PATH=/bin",
        "GOGC=70",      "SNUG_SET=GOMEMLIMIT=1 GOMAXPROCS=2 GOGC=70",
        "GOMAXPROCS=2", NULL};
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, NULL, 0, NULL, record, true), 0);
    ck_assert_ptr_null(get_env("GOMEMLIMIT"));
    ck_assert_ptr_null(get_env("GOMAXPROCS"));
    ck_assert_ptr_null(get_env("GOGC"));
    ck_assert_str_eq(get_env("PATH"), "/bin");
    ck_assert_str_eq(get_env("SNUG_SET"), "");
}
END_TEST

START_TEST(nothing_planned_and_nothing_inherited_changes_nothing)
{
    compose_usual(plain_env);
    ck_assert_uint_eq(snug_vector_set(&vector, NULL, 0, NULL, record, true), 0);
    ck_assert_mem_eq(words, before, sizeof words);
}
END_TEST

START_TEST(a_value_that_the_user_changed_in_between_stays)
{
    static const char *const env[] = {"GOMEMLIMIT=5", "SNUG_SET=GOMEMLIMIT=1", NULL};
    char procs[] = "GOMAXPROCS=2";
    char *const entries[] = {procs};
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "5");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
}
END_TEST

START_TEST(a_word_without_entries_stands_in_the_record)
{
    char gogc[] = "GOGC=off";
    char *const entries[] = {gogc};
    compose_usual(plain_env);
    ck_assert_uint_eq(snug_vector_set(&vector, NULL, 0, "pdeathsig=15:7:8", record, true),
                      0);
    ck_assert_str_eq(get_env("SNUG_SET"), "pdeathsig=15:7:8");
    ck_assert_str_eq(get_env("PATH"), "/bin");
    check_auxv();

    ck_assert_uint_eq(
        snug_vector_set(&vector, entries, 1, "pdeathsig=15:7:8", record, true), 1);
    ck_assert_str_eq(get_env("SNUG_SET"), "pdeathsig=15:7:8 GOGC=off");
    ck_assert_str_eq(get_env("GOGC"), "off");
    check_auxv();
}
END_TEST

START_TEST(a_record_takes_the_place_of_a_record_only)
{
    static const char *const env[] = {"GOMEMLIMIT=1", "SNUG_SET=GOMEMLIMIT=1",
                                      "SNUG_SETS=a", "SNUG_SET=GOMEMLIMIT=1", NULL};
    char new_record[] = "SNUG_SET=GOMEMLIMIT=1 pdeathsig=15:7:8";
    compose_usual(env);
    snug_vector_put_record(&vector, new_record);
    ck_assert_ptr_eq(envp[1], new_record);
    ck_assert_ptr_eq(envp[3], new_record);
    ((uint64_t *)envp)[1] = before[3 + 1];
    ((uint64_t *)envp)[3] = before[3 + 3];
    ck_assert_mem_eq(words, before, sizeof words);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vector");
    TCase *tcase = tcase_create("vector");
    tcase_add_loop_test(tcase, what_is_no_vector_is_not_believed, 0,
                        (int)(sizeof damage_rows / sizeof damage_rows[0]));
    tcase_add_test(tcase, an_entry_that_go_takes_for_unset_lends_its_place);
    tcase_add_test(tcase, what_stays_in_the_place_of_an_unset_entry_is_recorded);
    tcase_add_test(tcase, nothing_and_odd_addresses_are_no_vector);
    tcase_add_loop_test(tcase, what_a_constructor_took_away_is_room, 0, 4);
    tcase_add_test(tcase, a_pair_is_given_up_before_snugs_own_variables_lend);
    tcase_add_test(tcase, one_variable_takes_the_place_of_at_flags);
    tcase_add_test(tcase, the_record_goes_with_any_number_of_variables);
    tcase_add_loop_test(tcase, the_first_variables_get_what_room_there_is, 0,
                        (int)(sizeof room_rows / sizeof room_rows[0]));
    tcase_add_test(tcase, a_later_variable_joins_the_first);
    tcase_add_test(tcase, without_room_nothing_changes);
    tcase_add_test(tcase, without_room_snugs_own_variables_lend_their_places);
    tcase_add_test(tcase, a_childs_entries_are_overwritten_in_place);
    tcase_add_test(tcase, a_childs_entries_vanish_when_nothing_is_planned);
    tcase_add_test(tcase, nothing_planned_and_nothing_inherited_changes_nothing);
    tcase_add_test(tcase, a_value_that_the_user_changed_in_between_stays);
    tcase_add_test(tcase, a_word_without_entries_stands_in_the_record);
    tcase_add_test(tcase, a_record_takes_the_place_of_a_record_only);
    suite_add_tcase(suite, tcase);

    return suite_run(suite);
}
