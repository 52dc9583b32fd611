/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All that the checks look at, gathered once: they decide and read nothing more.
 */
#pragma once

#include "snug/cli/doctor/live.h"
#include "snug/cli/doctor/preloads.h"
#include "snug/cli/doctor/pprof.h"
#include "snug/cli/doctor/zone.h"
#include "snug/cli/subject/condition.h"
#include "snug/cli/subject/connections.h"
#include "snug/cli/subject/peers.h"
#include "snug/cli/subject/evidence.h"
#include "snug/cli/subject/lineage.h"
#include "snug/cli/subject/makeup.h"
#include "snug/cli/subject/spread.h"
#include "snug/cli/subject/subject.h"

struct snug_patient {
    const struct snug_subject *subject;
    bool has_process;        /* One was named, or captured. */
    bool has_program;        /* Or at least its file. */
    struct snug_plan advice; /* As if snug were on, and none of Go's variables set. */
    struct snug_cpu_evidence cpu;
    uint64_t window_sec; /* 0: `cpu` counts from the cgroup's beginning. */
    struct snug_memory_evidence memory;
    char huge_mode[16];             /* Of transparent huge pages; "" if it is not known. */
    struct snug_figure n_huge_none; /* khugepaged's max_ptes_none. */
    struct snug_condition condition;
    struct snug_makeup makeup;         /* Of the process, all 0 without one. */
    struct snug_figure threads_before; /* When the window began; not known without one. */
    struct snug_figure new_threads;    /* Since then. */
    struct snug_lineage lineage;
    struct snug_zone zone;
    struct snug_sockets sockets;
    struct snug_connections connections;
    struct snug_pprof pprof; /* By who examines, if it is asked for. */
    struct snug_live live;
    struct snug_spread spread; /* Of the own cgroup's memory. */
    bool is_gvisor;
    struct snug_preloads preloads;
};

/* The subject is opened, its program found and its plan made. Cannot fail. With a window,
 * which is in seconds, this waits. `peers` is NULL, or has the processes among which the
 * live subject's children are, and keeps what is read for the next. To be released. */
void snug_patient_examine(const struct snug_subject *subject, uint64_t window_sec,
                          struct snug_peers *peers, struct snug_patient *ret);

/* Why nothing can be said of what the program was built of; NULL if something can.
 * `needs_modules`: of its modules, and not of its release alone. */
const char *snug_patient_lacks(const struct snug_patient *patient, bool needs_modules);

const struct snug_bytes *snug_patient_memory_limit(const struct snug_patient *patient);

/* Whether somebody has set the key. */
bool snug_patient_sets(const struct snug_patient *patient, enum snug_key key);

void snug_patient_release(struct snug_patient *patient);
