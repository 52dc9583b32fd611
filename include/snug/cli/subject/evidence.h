/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the kernel has counted for a cgroup. A figure that is not known is never 0, and no
 * limit is neither.
 */
#pragma once

#include "snug/facts/cgroup.h"

struct snug_figure {
    bool is_known;
    uint64_t number;
};

/* A limit of this cgroup alone. */
struct snug_bound {
    enum snug_kind kind;
    uint64_t number; /* 0 unless it is set. */
};

/* Pressure stall information: how long threads waited. Some: one at least; full: all that
 * were not idle. */
struct snug_pressure {
    struct snug_figure some; /* Hundredths of a per cent of the last ten seconds. */
    struct snug_figure full;
    struct snug_figure some_usec; /* In all. */
    struct snug_figure full_usec;
};

struct snug_cpu_evidence {
    char directory[SNUG_DIRECTORY_BYTES]; /* "" if there is none to be seen. */
    struct snug_bound limit_milli;        /* Thousandths of a CPU, rounded up. */
    struct snug_figure periods;           /* In which the cgroup had something to run. */
    struct snug_figure throttled;         /* Of these. */
    struct snug_figure throttled_usec;    /* Of all CPUs together. */
    struct snug_figure usage_usec;
    struct snug_pressure pressure;
    struct snug_pressure machine_pressure; /* Where the cgroup has none of its own. */
};

/* Kinds that `current` is made of: anonymous, page_cache (shared memory included), kernel
 * and sockets, which version 1 leaves out and, unless asked to, does not count. */
struct snug_memory_evidence {
    char directory[SNUG_DIRECTORY_BYTES];
    bool is_v2;
    struct snug_bound limit_bytes; /* What it kills at. */
    struct snug_bound high_bytes;  /* What it slows down at; version 1 has none. */
    struct snug_figure current;
    struct snug_figure anonymous;
    struct snug_figure huge; /* Of that in transparent huge pages. */
    struct snug_figure page_cache;
    struct snug_figure shared; /* tmpfs, and memory that processes share. */
    struct snug_figure active_file;
    struct snug_figure inactive_file;
    struct snug_figure kernel;
    struct snug_figure sockets;
    struct snug_figure swap;
    struct snug_figure reclaimed; /* How often although below memory.low. */
    struct snug_figure slowed;    /* How often memory.high was passed. */
    struct snug_figure hit;       /* How often the limit was met. */
    struct snug_figure starved;   /* How often there was nothing left to give back. */
    struct snug_figure killed;    /* Processes, for want of memory. */
    struct snug_figure processes;
    struct snug_pressure pressure;
};

/* How many processes were counted last, and by which file: those of one cgroup follow each
 * other, and each would count all. */
struct snug_crowd {
    uint64_t device;
    uint64_t inode;
    struct snug_figure processes;
};

/* Of the cgroup whose limit is the tightest, or of the process's own where there is no
 * limit; `processes` are always those of the own one. Cannot fail: what cannot be read is
 * not known. The limits say which cgroup it is. `last` is NULL, or has what was counted for
 * another process, and then for this one. */
void snug_evidence_read(const struct snug_root *root, const struct snug_facts *facts,
                        struct snug_crowd *last, struct snug_cpu_evidence *ret_cpu,
                        struct snug_memory_evidence *ret_memory);

/* Of the cgroup `at`, which has a directory. */
void snug_evidence_read_cpu(const struct snug_root *root, struct snug_cgroup *at,
                            struct snug_cpu_evidence *ret);
void snug_evidence_read_memory(const struct snug_root *root, struct snug_cgroup *at,
                               struct snug_memory_evidence *ret);

/* Its limits alone. */
struct snug_bound snug_evidence_limit_milli(const struct snug_root *root,
                                            struct snug_cgroup *at);
struct snug_bound snug_evidence_limit_bytes(const struct snug_root *root,
                                            struct snug_cgroup *at);

/* Goes up to the cgroup that the limit's file `from` is of. False, and it stays, if that is
 * none of those on the way: "", and what lxcfs states. */
bool snug_evidence_go_to(struct snug_cgroup *at, const char *from);

/* What is added up by `part`, each known; not known if one is not, or there is no sum. */
struct snug_figure snug_evidence_sum(const struct snug_figure *const *part, size_t n);

/* In use, less the page cache that has not been used lately: what cAdvisor and kubelets
 * call the working set. */
struct snug_figure snug_evidence_working_set(const struct snug_memory_evidence *memory);
