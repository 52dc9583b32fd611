/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who is the main thread, before and after it has said so. Each test is a process of its
 * own.
 */
#include <check.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snug/apply/main_thread.h"
#include "suite.h"

static void *ask(void *ret)
{
    *(bool *)ret = snug_main_thread_is_here();
    return NULL;
}

static bool is_main_in_thread(void *(*run)(void *))
{
    pthread_t thread;
    bool ret = false;
    ck_assert_int_eq(pthread_create(&thread, NULL, run, &ret), 0);
    pthread_join(thread, NULL);
    return ret;
}

static void *ask_in_copy(void *ret)
{
    /* Not by its exit status, for which valgrind has an own use. */
    bool *answer = mmap(NULL, sizeof *answer, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(answer, MAP_FAILED);
    const pid_t child = fork();
    if (child == 0) {
        *answer = snug_main_thread_is_here();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    *(bool *)ret = *answer;
    munmap(answer, sizeof *answer);
    return NULL;
}

START_TEST(the_main_thread_is_known_before_and_after)
{
    for (int i = 0; i < 2; i++) {
        ck_assert(snug_main_thread_is_here());
        ck_assert(!is_main_in_thread(ask));
        bool is_main = false;
        (void)ask_in_copy(&is_main);
        ck_assert(is_main);
        snug_main_thread_arm();
    }
}
END_TEST

START_TEST(a_copy_of_another_thread_is_none)
{
    snug_main_thread_arm();
    ck_assert(!is_main_in_thread(ask_in_copy));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("main_thread");
    TCase *tcase = tcase_create("thread");
    tcase_add_test(tcase, the_main_thread_is_known_before_and_after);
    tcase_add_test(tcase, a_copy_of_another_thread_is_none);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
