/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The containers of a pod whose processes share one PID namespace (shareProcessNamespace):
 * processes, parted by their cgroup.
 */
#pragma once

#include "snug/cli/subject/evidence.h"

enum { SNUG_CONTAINERS_MAX = 16 };

struct snug_container {
    char name[64]; /* Of its first process. */
    bool is_own;   /* The process that was asked about is in it. */
    uint64_t n_processes;
    uint64_t n_threads; /* Of all of these. */
};

struct snug_containers {
    unsigned n; /* 0: not known. 1: there is no other one to be seen. */
    struct snug_container member[SNUG_CONTAINERS_MAX];
    /* Of the own cgroup: what has a process id, threads among it, and how many may. */
    struct snug_figure n_ids;
    struct snug_figure max_ids;      /* Not known: no limit, or none to be seen. */
    char from[SNUG_DIRECTORY_BYTES]; /* The file; "" if max_ids is not known. */
};

/* Of the live process `pid`. `is_alone`: it is the only one that is asked about; else the
 * containers are left out, for all processes would be read for each. Cannot fail. */
void snug_containers_read(int pid, bool is_alone, struct snug_containers *ret);
