/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The limits of a container beside those of its pod, whose cgroup is one above it. Only the
 * node sees that one: a container's own view ends at its own cgroup.
 */
#pragma once

#include "snug/cli/subject/evidence.h"

struct snug_pod {
    bool is_seen;      /* The process's cgroup is in that of a pod, and this is known: */
    unsigned n_others; /* Containers of the pod that have processes, the sandbox not. */
    struct snug_bound own_bytes; /* memory.max. */
    struct snug_bound pod_bytes;
    struct snug_bound own_milli; /* cpu.max, in thousandths of a CPU. */
    struct snug_bound pod_milli;
};

/* Of the live process `pid`. Cannot fail. */
void snug_pod_read(int pid, struct snug_pod *ret);
