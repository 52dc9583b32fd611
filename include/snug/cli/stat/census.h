/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What snug has counted in processes, what the kernel says of them, and of the cgroups that
 * they are in or that limit them: each cgroup once, however many processes it has.
 */
#pragma once

#include "snug/cli/subject/condition.h"
#include "snug/cli/subject/snapshot.h"
#include "snug/cli/subject/spread.h"

/* Of a cgroup that nothing is known of. */
#define SNUG_CENSUS_NOWHERE SIZE_MAX

struct snug_observed {
    bool has_page;                 /* Else of `snapshot` only `pid` is meant. */
    int page_error;                /* Why not: -errno. */
    struct snug_snapshot snapshot; /* What snug has counted. */
    bool has_kernel;               /* A process was asked for, and what follows is of it. */
    struct snug_condition condition;
    struct snug_bound target_bytes; /* GOMEMLIMIT, as far as it can be told from outside. */
    const char *target_from;        /* Who set it; NULL if nobody did. */
    /* Places in the census's lists, of the own cgroup and of the one with the tightest
     * limit. */
    size_t cpu_own;
    size_t cpu_tightest;
    size_t memory_own;
    size_t memory_tightest;
};

/* A cgroup's path is that of /proc/PID/cgroup, as the caller sees it. */
struct snug_cpu_group {
    char path[SNUG_DIRECTORY_BYTES];
    struct snug_cpu_evidence evidence;
};

struct snug_memory_group {
    char path[SNUG_DIRECTORY_BYTES];
    struct snug_memory_evidence evidence;
    struct snug_spread spread;
};

/* All 0 to begin with. */
struct snug_census {
    uint64_t taken_ns; /* CLOCK_MONOTONIC, for rates; by who takes it. */
    size_t n;
    struct snug_observed *observed;
    size_t n_cpu;
    struct snug_cpu_group *cpu;
    size_t n_memory;
    struct snug_memory_group *memory;
};

/* A process, unless it is there. -ESRCH if there is none or it has ended, else 0: what
 * cannot be read of it is not known. */
int snug_census_add_process(struct snug_census *census, int pid);

/* A page by its file's name, as snug_snapshot_read. */
int snug_census_add_page(struct snug_census *census, const char *path);

/* A cgroup and all processes in it and below it. `name` is a path as in /proc/PID/cgroup,
 * or a directory of a cgroup file system. -ENOENT if there is none. */
int snug_census_add_group(struct snug_census *census, const char *name);

/* The process that the page or the number is of, in an earlier census; or NULL. */
const struct snug_observed *snug_census_find(const struct snug_census *census,
                                             const struct snug_observed *like);
const struct snug_cpu_group *snug_census_find_cpu(const struct snug_census *census,
                                                  const char *path);
const struct snug_memory_group *snug_census_find_memory(const struct snug_census *census,
                                                        const char *path);

/* Gives the lists back; all is 0 again. */
void snug_census_close(struct snug_census *census);
