/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The end of every test's main.
 */
#pragma once

#include <check.h>
#include <stdlib.h>

/* Runs the suite as the environment says, and returns the exit code. */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
