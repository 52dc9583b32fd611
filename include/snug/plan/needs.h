/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The system calls that a Go release's runtime, libc below it, and snug make: what a
 * seccomp filter has to allow. Needed is what happens to a program that does nothing of
 * note: it starts, has goroutines, timers and a heap, is stopped and continued, profiled and
 * traced, panics and ends. What it asks a package for is its own: files, sockets, names,
 * other programs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Who makes a call, and when; bits. */
enum snug_needs_who {
    SNUG_NEEDS_GO = 1,       /* The Go runtime. */
    SNUG_NEEDS_LIBC = 2,     /* libc, for the runtime of a cgo program. */
    SNUG_NEEDS_SNUG = 4,     /* snug, whatever its keys are. */
    SNUG_NEEDS_AT_START = 8, /* Before main only: a filter loaded later does not matter. */
    SNUG_NEEDS_FOLLOW = 16,  /* snug's thread that follows a resize. */
    SNUG_NEEDS_MUSL = 32,    /* libc, if it is musl. */
    SNUG_NEEDS_RARE = 64,    /* snug, for keys that are off by default, and where there are
                              * several NUMA nodes. */
};

/* Which refusals the caller takes without harm: a higher one more of them. */
enum snug_needs_tolerance {
    SNUG_NEEDS_TOLERATES_NONE,
    SNUG_NEEDS_TOLERATES_ENOSYS, /* It then makes another call of the list. */
    SNUG_NEEDS_TOLERATES_ERRNO,  /* Any errno. */
};

struct snug_need {
    int number;           /* SYS_… of the architecture that snug is built for. */
    uint64_t argument[6]; /* As the caller passes them, 0 for those that vary. */
    uint8_t matters;      /* Which arguments are given, as bits. */
    uint8_t who;          /* Of enum snug_needs_who. */
    enum snug_needs_tolerance tolerance;
};

/* The next call from `*at` on (0 at first) that Go 1.`go_minor` (0: the newest) needs and
 * that any of `who` makes; those of the start only if `who` has SNUG_NEEDS_AT_START.
 * Several of one number, with other arguments, follow each other. False at the end. */
bool snug_needs_next(unsigned go_minor, unsigned who, unsigned *at, struct snug_need *ret);
