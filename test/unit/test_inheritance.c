/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Withdrawing what was set. `copies` is what the Go runtime makes of the vector: a string
 * for each entry, in memory of its own.
 */
#include "snug/apply/inheritance.h"
#include "start_vector.h"
#include "suite.h"

enum { N_COPIES = 16, COPY_BYTES = 96 };

static char heap[N_COPIES][COPY_BYTES];
static struct snug_go_string copies[N_COPIES];

/* As runtime1.go, goenvs_unix. */
static void copy_entries(void)
{
    for (size_t i = 0; envp[i]; i++) {
        ck_assert(i < N_COPIES && strlen(envp[i]) < COPY_BYTES);
        strcpy(heap[i], envp[i]);
        copies[i] = (struct snug_go_string){heap[i], strlen(envp[i])};
    }
}

/* As package syscall finds it in the copies, `i` of the first `n`: the first one counts. */
static const char *get_copy(size_t n, const char *name)
{
    static char ret[COPY_BYTES];
    const size_t n_name = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (copies[i].n > n_name && !memcmp(copies[i].at, name, n_name) &&
            copies[i].at[n_name] == '=') {
            memcpy(ret, copies[i].at, copies[i].n);
            ret[copies[i].n] = 0;
            return ret + n_name + 1;
        }
    return NULL;
}

/* What `n` variables, set and withdrawn, leave of the vector. Returns the number of copies.
 */
static size_t set_and_withdraw(const char *const *env, unsigned n, const char *word)
{
    static char limit[40], procs[40], gogc[40];
    char *const entries[] = {limit, procs, gogc};
    strcpy(limit, "GOMEMLIMIT=241172480");
    strcpy(procs, "GOMAXPROCS=2");
    strcpy(gogc, "GOGC=off");
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, n, word, record, true), n);
    copy_entries();
    const size_t ret = vector.n_entries;
    snug_inheritance_withdraw(&vector, word, record, copies, ret);
    for (unsigned i = 0; i < n; i++)
        ck_assert_str_eq(entries[i], "SNUG_SET=");
    return ret;
}

static const char *const names[] = {"GOMEMLIMIT", "GOMAXPROCS", "GOGC"};

static void check_variables_are_gone(size_t n_copies)
{
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_ptr_null(get_env(names[i]));
        ck_assert_ptr_null(get_copy(n_copies, names[i]));
    }
}

/* With one variable and with three the record fills a place, with two it has none. */
START_TEST(what_is_withdrawn_leaves_nothing_behind)
{
    const size_t n_copies = set_and_withdraw(plain_env, (unsigned)_i, NULL);
    check_variables_are_gone(n_copies);
    ck_assert_ptr_null(get_copy(n_copies, "SNUG_SET"));
    ck_assert_str_eq(get_copy(n_copies, "HOME"), "/");
    ck_assert_ptr_null(envp[2]);
    ck_assert_mem_eq(words, before, (size_t)((uint64_t *)&envp[3] - words));
    check_libc();
}
END_TEST

/* The runtime's own children are told; the vector is as the kernel made it. */
START_TEST(the_word_alone_outlives_the_entries)
{
    const size_t n_copies = set_and_withdraw(plain_env, (unsigned)_i, "pdeathsig=15:7:8");
    check_variables_are_gone(n_copies);
    ck_assert_str_eq(get_copy(n_copies, "SNUG_SET"), "pdeathsig=15:7:8");
    ck_assert_ptr_null(envp[2]);
    check_libc();
}
END_TEST

/* libc's unsetenv moves what is behind an entry, and the end with it. */
START_TEST(libc_finds_its_auxv_whatever_c_code_takes_out_later)
{
    (void)set_and_withdraw(plain_env, 3, _i ? "pdeathsig=15:7:8" : NULL);
    for (unsigned i = 0; i < 2; i++) {
        for (char **entry = envp; *entry; entry++)
            entry[0] = entry[1];
        check_libc();
    }
}
END_TEST

/* A constructor of the program's takes some out before Go has read any. */
START_TEST(libc_finds_its_auxv_whatever_c_code_took_out_before)
{
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose_usual(plain_env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 2, NULL, record, true), 2);
    for (int i = 0; i < _i; i++)
        for (char **entry = envp; *entry; entry++)
            entry[0] = entry[1];
    copy_entries();
    snug_inheritance_withdraw(&vector, NULL, record, copies, N_COPIES);
    check_variables_are_gone(N_COPIES);
    ck_assert_ptr_null(envp[2 - _i]);
    check_libc();
}
END_TEST

/* A constructor took some out before snug's start, and later another Go runtime looks. */
START_TEST(the_next_runtime_finds_the_auxv_too)
{
    static const char *const env[] = {"A=1", "B=2", "C=3", "D=4", "HOME=/", NULL};
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose(env, usual_auxv, N_USUAL);
    for (int i = 0; i < _i; i++)
        unset_first();
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 2, NULL, record, true), 2);
    check_go();
    copy_entries();
    snug_inheritance_withdraw(&vector, NULL, record, copies, vector.n_entries);
    check_variables_are_gone(5 - (size_t)_i);
    check_go();
    check_libc();
}
END_TEST

START_TEST(a_word_takes_the_place_of_a_parents)
{
    static const char *const env[] = {"PATH=/bin", "SNUG_SET=pdeathsig=9:1:2", NULL};
    const size_t n_copies = set_and_withdraw(env, 2, "pdeathsig=15:7:8");
    check_variables_are_gone(n_copies);
    ck_assert_str_eq(get_copy(n_copies, "SNUG_SET"), "pdeathsig=15:7:8");
    ck_assert_str_eq(get_env("SNUG_SET"), "pdeathsig=15:7:8");
    check_libc();
}
END_TEST

START_TEST(among_a_parents_entries_the_empty_record_is_left)
{
    static const char *const env[] = {"GOMEMLIMIT=1", "PATH=/bin", "SNUG_SET=GOMEMLIMIT=1",
                                      NULL};
    const size_t n_copies = set_and_withdraw(env, 2, NULL);
    check_variables_are_gone(n_copies);
    ck_assert_ptr_null(get_copy(n_copies, "SNUG_SET"));
    ck_assert_str_eq(get_env("PATH"), "/bin");
    ck_assert_str_eq(get_env("SNUG_SET"), "");
    check_libc();
}
END_TEST

START_TEST(the_users_values_stay)
{
    static const char *const env[] = {"GOMAXPROCS=2", "GOMEMLIMIT=241172480", NULL};
    static char gogc[40];
    char *const entries[] = {gogc};
    strcpy(gogc, "GOGC=off");
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    copy_entries();
    const size_t n_copies = vector.n_entries;
    snug_inheritance_withdraw(&vector, NULL, record, copies, N_COPIES);
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
    ck_assert_str_eq(get_copy(n_copies, "GOMAXPROCS"), "2");
    ck_assert_str_eq(get_copy(n_copies, "GOMEMLIMIT"), "241172480");
    ck_assert_ptr_null(get_copy(n_copies, "GOGC"));
}
END_TEST

START_TEST(who_lent_a_place_has_it_back)
{
    static const uint64_t full[][2] = {
        {AT_PAGESZ, 4096}, {AT_PHDR, PHDR}, {AT_RANDOM, RANDOM}, {AT_NULL, 0}};
    static const char *const env[] = {"SNUG_MEMORY_LIMIT=200M", "PATH=/bin", NULL};
    static char limit[40];
    char *const entries[] = {limit};
    strcpy(limit, "GOMEMLIMIT=209715200");
    compose(env, full, 4);
    ck_assert_int_eq(snug_vector_find(envp, &vector), 0);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    copy_entries();
    snug_inheritance_withdraw(&vector, NULL, record, copies, N_COPIES);
    check_variables_are_gone(2);
    ck_assert_str_eq(get_copy(2, "SNUG_MEMORY_LIMIT"), "200M");
    ck_assert_mem_eq(words, before, sizeof words);
}
END_TEST

/* As unsetenv moves them. */
START_TEST(what_c_code_has_moved_is_withdrawn_all_the_same)
{
    static char limit[40], procs[40];
    char *const entries[] = {limit, procs};
    strcpy(limit, "GOMEMLIMIT=1");
    strcpy(procs, "GOMAXPROCS=2");
    compose_usual(plain_env);
    (void)snug_vector_set(&vector, entries, 2, NULL, record, true);
    for (char **entry = envp; *entry; entry++)
        entry[0] = entry[1];
    copy_entries();
    snug_inheritance_withdraw(&vector, NULL, record, copies, N_COPIES);
    check_variables_are_gone(3);
    ck_assert_str_eq(get_env("HOME"), "/");
    ck_assert_str_eq(get_copy(3, "HOME"), "/");
}
END_TEST

/* After the runtime has read them: its copies are more. */
START_TEST(what_c_code_takes_out_meanwhile_is_no_matter)
{
    static const char *const env[] = {"A=1", "PATH=/bin", "B=2", "HOME=/", NULL};
    static char limit[40], procs[40];
    char *const entries[] = {limit, procs};
    strcpy(limit, "GOMEMLIMIT=1");
    strcpy(procs, "GOMAXPROCS=2");
    compose_usual(env);
    (void)snug_vector_set(&vector, entries, 2, _i & 1 ? "pdeathsig=15:7:8" : NULL, record,
                          true);
    copy_entries();
    for (int place = 0; place < _i; place++) {
        for (char **entry = envp + (place & 1); *entry; entry++)
            entry[0] = entry[1];
        if (_i & 2)
            snug_vector_refill(&vector);
    }
    snug_inheritance_withdraw(&vector, NULL, record, copies, 6);
    check_variables_are_gone(6);
    ck_assert_str_eq(get_env("HOME"), "/");
    ck_assert_str_eq(get_copy(6, "HOME"), "/");
    ck_assert_str_eq(get_copy(6, "A"), "1");
    check_libc();
}
END_TEST

/* setenv of an entry that was inserted puts C code's in its place, which then is its own,
 * behind where libc looks for the auxv. */
START_TEST(libc_finds_its_auxv_whatever_c_code_has_replaced)
{
    static const char *const env[] = {"A=1", "HOME=/", NULL};
    static char limit[40], procs[40], own[2][16] = {"GOMEMLIMIT=3", "GOMAXPROCS=3"};
    char *const entries[] = {limit, procs};
    strcpy(limit, "GOMEMLIMIT=1");
    strcpy(procs, "GOMAXPROCS=2");
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 2, NULL, record, true), 2);
    for (char **entry = envp; *entry; entry++)
        if (*entry == entries[_i])
            *entry = own[_i];
    for (char **entry = envp; *entry; entry++)
        entry[0] = entry[1];
    copy_entries();
    snug_inheritance_withdraw(&vector, NULL, record, copies, N_COPIES);
    ck_assert_str_eq(get_env(names[_i]), "3");
    ck_assert_ptr_null(get_env(names[!_i]));
    ck_assert_str_eq(get_env("HOME"), "/");
    check_libc();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inheritance");
    TCase *tcase = tcase_create("withdraw");
    tcase_add_loop_test(tcase, what_is_withdrawn_leaves_nothing_behind, 1, 4);
    tcase_add_loop_test(tcase, the_word_alone_outlives_the_entries, 0, 4);
    tcase_add_loop_test(tcase, libc_finds_its_auxv_whatever_c_code_takes_out_later, 0, 2);
    tcase_add_loop_test(tcase, libc_finds_its_auxv_whatever_c_code_took_out_before, 0, 3);
    tcase_add_loop_test(tcase, libc_finds_its_auxv_whatever_c_code_has_replaced, 0, 2);
    tcase_add_loop_test(tcase, the_next_runtime_finds_the_auxv_too, 0, 5);
    tcase_add_test(tcase, a_word_takes_the_place_of_a_parents);
    tcase_add_test(tcase, among_a_parents_entries_the_empty_record_is_left);
    tcase_add_test(tcase, the_users_values_stay);
    tcase_add_test(tcase, who_lent_a_place_has_it_back);
    tcase_add_test(tcase, what_c_code_has_moved_is_withdrawn_all_the_same);
    tcase_add_loop_test(tcase, what_c_code_takes_out_meanwhile_is_no_matter, 0, 4);
    suite_add_tcase(suite, tcase);

    return suite_run(suite);
}
