/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a thread may do, beside what the main thread may.
 */
#pragma once

#include <stdbool.h>

/* Whether the calling thread's ids, capabilities, no_new_privs or seccomp filters are other
 * ones than the main thread's. False if that cannot be read. They may differ for a moment
 * while the program changes them on one thread after the other. */
bool snug_credentials_differ(void);
