/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The tie between a process and its children, as a word of the record SNUG_SET:
 * `pdeathsig=15:4711:123456:4026531836:4700`, signal, process id, start time, namespace,
 * process group. It goes down to every process that is given its parent's variables; each
 * writes itself in its parent's place. Pure.
 */
#pragma once

#include "snug/facts/facts.h"

/* The tie in the record among the entries; `signal` is 0 if there is none, or if it is
 * malformed. */
struct snug_tie snug_tie_read(char *const *entries);

/* Appends the word. */
void snug_tie_put(struct snug_builder *out, const struct snug_tie *tie);

/* Appends a record (the value of SNUG_SET) with its tie replaced by `tie`. */
void snug_tie_replace(struct snug_builder *out, struct snug_text record,
                      const struct snug_tie *tie);

/* Sets the start time and the group from the text of /proc/PID/stat of process `pid`. Both
 * become 0 if one is not there, if the process has ended and is not yet reaped, or if the
 * text is another process's: the /proc of an outer namespace numbers processes otherwise.
 */
void snug_tie_take_stat(struct snug_tie *tie, struct snug_text stat, int pid);

/* What a process knows of itself and those above it; 0 is unknown. */
struct snug_tie_view {
    int pid;
    uint64_t namespace;
    uint64_t group;
    int parent;
    uint64_t parent_ticks; /* The parent's start time. */
    uint64_t parent_group; /* 0 beside a known start: a group of an outer namespace. */
    uint64_t named_ticks;  /* The start time of the process that has the tie's id now. */
};

/* What a process is to the one that its tie names. */
enum snug_kin {
    SNUG_KIN_SELF,   /* The same: it was executed anew and keeps what it asked for. */
    SNUG_KIN_CHILD,  /* Its child. */
    SNUG_KIN_ORPHAN, /* Was its child; it is gone, and an ancestor of it has taken over. */
    SNUG_KIN_FAR,    /* Started by a copy of it, or by anyone else; or unknown. */
};

/* A tie can also come from a process that learned it: a manager that runs `env` and starts
 * a service with what that printed. Its service is no orphan, though the named process is
 * gone. An orphan is known by three things together. The named process is gone. The new
 * parent is an ancestor of it, so it started before that; a copy started after. And this
 * process is in the group of the named one, while its parent is not: a group is inherited
 * from whoever forks, so the parent is not the one who did. Where all are in one group, who
 * forked cannot be known, and nobody is an orphan.
 * A child's parent has the named id and the named start time, if that can be seen. */
enum snug_kin snug_tie_kin(const struct snug_tie *tie, const struct snug_tie_view *view);
