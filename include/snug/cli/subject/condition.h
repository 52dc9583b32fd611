/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the kernel says of a process that runs. A figure that is not known is never 0.
 */
#pragma once

#include <limits.h>

#include "snug/cli/subject/evidence.h"

struct snug_condition {
    bool is_known;
    uint64_t pid;    /* As the process itself has it, in its PID namespace; 0: not known. */
    uint64_t parent; /* As that one has it which was asked for its number; 0: none there. */
    char name[64];   /* Which the process may change; "" if not known. */
    struct snug_figure threads;
    struct snug_figure rss_bytes;
    struct snug_figure anonymous_bytes; /* Of these: heaps and stacks, no file's. */
    struct snug_figure swap_bytes;
    bool has_signals; /* All three sets were there. */
    uint64_t blocked; /* Signals, a bit for each: bit 0 is signal 1. By the first thread. */
    uint64_t ignored;
    uint64_t caught;
    /* It waits for signals right now: those that it waits for are not blocked then. */
    bool awaits_signals;
    struct snug_figure children; /* Those that run. */
    struct snug_figure zombies;  /* Children that have ended and were not waited for. */
    char zombie[64];             /* The name of that with the lowest number. */
    bool has_maps;               /* The mappings could be read, and what follows is true. */
    bool has_object;             /* A file named libsnug.so is mapped. */
    char object[PATH_MAX];
    bool has_asan; /* AddressSanitizer's library is. */
};

/* Of the root's process. Cannot fail. */
void snug_condition_read(const struct snug_root *root, struct snug_condition *ret);

/* The same but for its children: nothing is looked for among all processes. */
void snug_condition_read_own(const struct snug_root *root, struct snug_condition *ret);

/* Of another process, by its number in the root's process's own /proc: status and call
 * only. */
void snug_condition_read_other(const struct snug_root *root, uint64_t pid,
                               struct snug_condition *ret);
