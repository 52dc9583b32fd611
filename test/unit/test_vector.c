/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Insertion into start vectors composed word by word. `getauxval` here is libc's algorithm:
 * it walks from where the auxv began before anything was inserted.
 */
#include <check.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "snug/apply/vector.h"

enum { N_WORDS = 128, PHDR = 0x400040, RANDOM = 0x7ffc1234 };

static uint64_t words[N_WORDS];
static uint64_t before[N_WORDS];
static char **envp;
static uint64_t (*old_auxv)[2];
static struct snug_vector vector;
static char record[SNUG_RECORD_BYTES];

static const uint64_t usual_auxv[][2] = {
    {AT_SYSINFO_EHDR, 0x7fff0000},
    {AT_HWCAP, 0xbfebfbff},
    {AT_PAGESZ, 4096},
    {AT_CLKTCK, 100},
    {AT_PHDR, PHDR},
    {AT_PHENT, 56},
    {AT_PHNUM, 13},
    {AT_BASE, 0x7f0000},
    {AT_FLAGS, 0},
    {AT_ENTRY, 0x401000},
    {AT_UID, 0},
    {AT_SECURE, 0},
    {AT_RANDOM, RANDOM},
    {AT_EXECFN, 0x7ffc9999},
    {AT_NULL, 0},
};

enum { N_USUAL = sizeof usual_auxv / sizeof usual_auxv[0] };

static void compose(const char *const *env, const uint64_t (*auxv)[2], size_t n_auxv)
{
    memset(words, 0x55, sizeof words);
    size_t n = 0;
    words[n++] = 1;
    words[n++] = (uint64_t)(uintptr_t) "program";
    words[n++] = 0;
    envp = (char **)&words[n];
    for (; *env; env++)
        words[n++] = (uint64_t)(uintptr_t)*env;
    words[n++] = 0;
    old_auxv = (void *)&words[n];
    memcpy(&words[n], auxv, n_auxv * sizeof auxv[0]);
    memcpy(before, words, sizeof words);
}

static void compose_usual(const char *const *env)
{
    compose(env, usual_auxv, N_USUAL);
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);
}

static const char *get_env(const char *name)
{
    for (char **entry = envp; *entry; entry++)
        if (!strncmp(*entry, name, strlen(name)) && (*entry)[strlen(name)] == '=')
            return *entry + strlen(name) + 1;
    return NULL;
}

static bool get_auxval(uint64_t type, uint64_t *ret_value)
{
    for (uint64_t(*pair)[2] = old_auxv; (*pair)[0] != AT_NULL; pair++)
        if ((*pair)[0] == type) {
            *ret_value = (*pair)[1];
            return true;
        }
    return false;
}

/* Everything that was there is there, but for those that make room. */
static void check_auxv(bool may_lack_clktck)
{
    for (size_t i = 0; i + 1 < N_USUAL; i++) {
        uint64_t value = 0;
        if (usual_auxv[i][0] == AT_FLAGS ||
            (may_lack_clktck && usual_auxv[i][0] == AT_CLKTCK))
            continue;
        ck_assert_msg(get_auxval(usual_auxv[i][0], &value) && value == usual_auxv[i][1],
                      "auxv type %llu", (unsigned long long)usual_auxv[i][0]);
    }

    /* As Go reads it: right behind the environment's terminator. */
    char **end = envp;
    while (*end)
        end++;
    ck_assert_ptr_eq(end + 1, (char **)vector.auxv);
    ck_assert_uint_eq(vector.auxv[0][0], AT_SYSINFO_EHDR);
}

static const char *const plain_env[] = {"PATH=/bin", "HOME=/", NULL};

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
    ck_assert_int_eq(snug_vector_set(&vector, entries, 1, NULL, record), 0);
    ck_assert_str_eq(get_env("PATH"), "/bin");
    ck_assert_str_eq(get_env("HOME"), "/");
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "241172480");
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=241172480");
    check_auxv(false);
}
END_TEST

START_TEST(three_variables_take_at_clktck_too)
{
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2", gogc[] = "GOGC=off";
    char *const entries[] = {limit, procs, gogc};
    for (unsigned n = 2; n <= 3; n++) {
        compose_usual(plain_env);
        ck_assert_int_eq(snug_vector_set(&vector, entries, n, NULL, record), 0);
        ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
        ck_assert_ptr_eq(get_env("GOGC"), n == 3 ? gogc + 5 : NULL);
        check_auxv(true);
    }
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=1 GOMAXPROCS=2 GOGC=off");
}
END_TEST

START_TEST(a_later_variable_joins_the_first)
{
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose_usual(plain_env);
    ck_assert_int_eq(snug_vector_set(&vector, entries, 1, NULL, record), 0);
    ck_assert_int_eq(snug_vector_set(&vector, entries, 2, NULL, record), 0);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "1");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=1 GOMAXPROCS=2");
    check_auxv(true);
}
END_TEST

START_TEST(without_room_nothing_changes)
{
    static const uint64_t small[][2] = {{AT_PAGESZ, 4096},
                                        {AT_PHDR, PHDR},
                                        {AT_FLAGS, 4},
                                        {AT_RANDOM, RANDOM},
                                        {AT_NULL, 0}};
    char limit[] = "GOMEMLIMIT=1";
    char *const entries[] = {limit};
    compose(plain_env, small, sizeof small / sizeof small[0]);
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);
    ck_assert_int_eq(snug_vector_set(&vector, entries, 1, NULL, record), -ENOSPC);
    ck_assert_mem_eq(words, before, sizeof words);
}
END_TEST

START_TEST(a_childs_entries_are_overwritten_in_place)
{
    static const char *const env[] = {"GOMEMLIMIT=1", "PATH=/bin", "GOMAXPROCS=2",
                                      "SNUG_SET=GOMEMLIMIT=1 GOMAXPROCS=2", NULL};
    char limit[] = "GOMEMLIMIT=99";
    char *const entries[] = {limit};
    compose_usual(env);
    ck_assert_int_eq(snug_vector_set(&vector, entries, 1, NULL, record), 0);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "99");
    ck_assert_ptr_null(get_env("GOMAXPROCS"));
    ck_assert_str_eq(get_env("SNUG_SET"), "GOMEMLIMIT=99");
    ck_assert_ptr_eq(vector.auxv, old_auxv);
}
END_TEST

START_TEST(a_childs_entries_vanish_when_nothing_is_planned)
{
    static const char *const env[] = {"GOMEMLIMIT=1", "PATH=/bin", "SNUG_SET=GOMEMLIMIT=1",
                                      NULL};
    compose_usual(env);
    ck_assert_int_eq(snug_vector_set(&vector, NULL, 0, NULL, record), 0);
    ck_assert_ptr_null(get_env("GOMEMLIMIT"));
    ck_assert_str_eq(get_env("PATH"), "/bin");
    ck_assert_str_eq(get_env("SNUG_SET"), "");
}
END_TEST

START_TEST(nothing_planned_and_nothing_inherited_changes_nothing)
{
    compose_usual(plain_env);
    ck_assert_int_eq(snug_vector_set(&vector, NULL, 0, NULL, record), 0);
    ck_assert_mem_eq(words, before, sizeof words);
}
END_TEST

START_TEST(a_value_that_the_user_changed_in_between_stays)
{
    static const char *const env[] = {"GOMEMLIMIT=5", "SNUG_SET=GOMEMLIMIT=1", NULL};
    char procs[] = "GOMAXPROCS=2";
    char *const entries[] = {procs};
    compose_usual(env);
    ck_assert_int_eq(snug_vector_set(&vector, entries, 1, NULL, record), 0);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "5");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
}
END_TEST

START_TEST(a_word_without_entries_stands_in_the_record)
{
    char gogc[] = "GOGC=off";
    char *const entries[] = {gogc};
    compose_usual(plain_env);
    ck_assert_int_eq(snug_vector_set(&vector, NULL, 0, "pdeathsig=15:7:8", record), 0);
    ck_assert_str_eq(get_env("SNUG_SET"), "pdeathsig=15:7:8");
    ck_assert_str_eq(get_env("PATH"), "/bin");
    check_auxv(false);

    ck_assert_int_eq(snug_vector_set(&vector, entries, 1, "pdeathsig=15:7:8", record), 0);
    ck_assert_str_eq(get_env("SNUG_SET"), "GOGC=off pdeathsig=15:7:8");
    ck_assert_str_eq(get_env("GOGC"), "off");
    check_auxv(true);
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
    tcase_add_test(tcase, nothing_and_odd_addresses_are_no_vector);
    tcase_add_test(tcase, one_variable_takes_the_place_of_at_flags);
    tcase_add_test(tcase, three_variables_take_at_clktck_too);
    tcase_add_test(tcase, a_later_variable_joins_the_first);
    tcase_add_test(tcase, without_room_nothing_changes);
    tcase_add_test(tcase, a_childs_entries_are_overwritten_in_place);
    tcase_add_test(tcase, a_childs_entries_vanish_when_nothing_is_planned);
    tcase_add_test(tcase, nothing_planned_and_nothing_inherited_changes_nothing);
    tcase_add_test(tcase, a_value_that_the_user_changed_in_between_stays);
    tcase_add_test(tcase, a_word_without_entries_stands_in_the_record);
    tcase_add_test(tcase, a_record_takes_the_place_of_a_record_only);
    suite_add_tcase(suite, tcase);

    return suite_run(suite);
}
