/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The object in a process that runs, and what it decided when that started.
 */
#pragma once

#include <limits.h>

#include "snug/base/file.h"
#include "snug/facts/facts.h"
#include "snug/stats/counters.h"

struct snug_object {
    bool is_told;               /* There is a process, and it was looked for. */
    enum snug_answer is_loaded; /* A file of its name is mapped. */
    char path[PATH_MAX];        /* As the process sees it; "" if it is not loaded. */
    char version[16];           /* "" if it is not known. */
    struct snug_chosen chosen;  /* Only if its version is not "". */
};

/* Of the root's process; `page` is the copy of its page, all 0 if it has none. A file that
 * has been replaced since is not asked for the version. Cannot fail. */
void snug_object_read(const struct snug_root *root, const struct snug_counters *page,
                      struct snug_object *ret);
