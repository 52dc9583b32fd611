/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A copy of a process's page of counters, taken while it counts.
 */
#pragma once

#include <limits.h>

#include "snug/facts/facts.h"
#include "snug/stats/counters.h"

struct snug_snapshot {
    int pid;       /* As it was asked for; of a file: as the page has it. */
    bool is_forks; /* The process is a forked copy of the one that the page belongs to. */
    enum snug_answer is_running;
    struct snug_counters page;
    bool has_change; /* The limits have changed, and `change` is the last time. */
    uint64_t n_changes;
    struct snug_change change;
    char path[PATH_MAX];
};

/* By the file's name. -EBADMSG if it is not a page, -EPROTO if its layout is not known;
 * what open and read say. */
int snug_snapshot_read(const char *path, struct snug_snapshot *ret);

/* By the process: its page is found among its mappings. -ESRCH if there is no such process,
 * -ENODATA if it has no page, -EACCES and the like if it cannot be looked into. */
int snug_snapshot_of_process(int pid, struct snug_snapshot *ret);
