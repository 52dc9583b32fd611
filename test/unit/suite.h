/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The begin and the end of every test's main.
 */
#pragma once

#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Ignored and blocked signals are inherited, and so is the umask: where SIGCHLD is ignored
 * Check waits for ever. Check ends a test after 4 seconds, unless told otherwise, and a
 * slow machine may take that long. Only what hangs takes an hour.
 */
__attribute__((constructor)) static void suite_begin(void)
{
    for (int number = 1; number <= SIGRTMAX; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            (void)signal(number, SIG_DFL);
    }
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)umask(022);
    (void)setenv("CK_DEFAULT_TIMEOUT", "3600", false);
}

/* Runs the suite as the environment says, and returns the exit code. */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
