/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Start vectors out of which C code has taken entries since snug put its own in.
 */
#include "start_vector.h"
#include "suite.h"

/* As often as the row says, before the second time; snug's own variable has gone too then.
 */
START_TEST(what_was_taken_away_since_is_filled)
{
    static const char *const env[] = {"PATH=/bin", "HOME=/", "KEY=2", NULL};
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose_usual(env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    for (int i = 0; i < _i; i++) {
        unset_first();
        snug_vector_refill(&vector);
        ck_assert_ptr_eq(get_env("HOME"), i < 1 ? env[1] + 5 : NULL);
        ck_assert_ptr_eq(get_env("KEY"), i < 2 ? env[2] + 4 : NULL);
        ck_assert_ptr_eq(get_env("GOMEMLIMIT"), i < 3 ? limit + 11 : NULL);
        check_libc();
        check_go();
    }
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 2, NULL, record, true), 2);
    ck_assert_ptr_eq(get_env("GOMEMLIMIT"), limit + 11);
    ck_assert_ptr_eq(get_env("GOMAXPROCS"), procs + 11);
    check_libc();
    check_go();
}
END_TEST

START_TEST(what_was_taken_away_unseen_is_filled_at_the_next_time)
{
    char limit[] = "GOMEMLIMIT=1", procs[] = "GOMAXPROCS=2";
    char *const entries[] = {limit, procs};
    compose_usual(plain_env);
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 1, NULL, record, true), 1);
    for (int i = 0; i < _i; i++)
        unset_first();
    ck_assert_uint_eq(snug_vector_set(&vector, entries, 2, NULL, record, true), 2);
    ck_assert_str_eq(get_env("GOMEMLIMIT"), "1");
    ck_assert_str_eq(get_env("GOMAXPROCS"), "2");
    check_libc();
    check_go();
}
END_TEST

/* A C program that empties its environment would never be done otherwise. */
START_TEST(the_environment_can_be_emptied)
{
    compose_usual(plain_env);
    (void)snug_vector_set(&vector, NULL, 0, "pdeathsig=15:7:8", record, false);
    for (int i = 0; *envp; i++) {
        ck_assert_int_lt(i, 4);
        const char *name = *envp;
        char **kept = envp;
        for (char **entry = envp; *entry; entry++)
            if (strncmp(*entry, name, strcspn(name, "=") + 1) != 0)
                *kept++ = *entry;
        *kept = NULL;
        snug_vector_refill(&vector);
        check_libc();
    }
}
END_TEST

START_TEST(one_record_is_enough)
{
    compose_usual(plain_env);
    (void)snug_vector_set(&vector, NULL, 0, "pdeathsig=15:7:8", record, false);
    unset_first();
    snug_vector_refill(&vector);
    ck_assert_str_eq(envp[0], "HOME=/");
    ck_assert_str_eq(envp[1], "SNUG_SET=pdeathsig=15:7:8");
    ck_assert_ptr_null(envp[2]);
    check_libc();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refill");
    TCase *tcase = tcase_create("refill");
    tcase_add_loop_test(tcase, what_was_taken_away_since_is_filled, 0, 6);
    tcase_add_loop_test(tcase, what_was_taken_away_unseen_is_filled_at_the_next_time, 0, 5);
    tcase_add_test(tcase, the_environment_can_be_emptied);
    tcase_add_test(tcase, one_record_is_enough);
    suite_add_tcase(suite, tcase);

    return suite_run(suite);
}
