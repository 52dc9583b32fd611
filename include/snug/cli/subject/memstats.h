/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the Go runtime counts of its own memory (Go 1.19 to 1.27), read from outside: most
 * of what runtime.ReadMemStats tells the program itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In bytes; the names behind the colons are those of runtime.MemStats. */
struct snug_memstats {
    uint64_t limit;    /* That the collector aims below; INT64_MAX: none. */
    uint64_t live;     /* What the last collection found alive; 0: there was none. */
    uint64_t alloc;    /* Alloc, less what each CPU's cache has handed out since its last
                        * refill: a part of a span for each size of object. */
    uint64_t in_use;   /* HeapInuse */
    uint64_t idle;     /* HeapIdle - HeapReleased: free, and not given back. */
    uint64_t released; /* HeapReleased: given back, or never touched. */
    uint64_t stacks;   /* StackInuse: of goroutines. */
    uint64_t ready;    /* What the limit is compared with: Sys - HeapReleased. */
    uint64_t mapped;   /* All that may be written in the heap's arenas. */
};

/* Where the runtime has its two accounts. */
struct snug_memstats_place {
    uint64_t controller; /* runtime.gcController */
    uint64_t memstats;   /* runtime.memstats */
};

/* Reads so much of a program's memory, at an absolute address; false if that cannot be
 * read. */
typedef bool snug_memstats_read(void *from, uint64_t address, void *ret, size_t n_bytes);

/* Whether it is known how that release counts; 0: an unknown release. */
bool snug_memstats_knows(unsigned go_minor);

/* Searches the first MiB of [start, end): Go's variables that hold no pointers, .noptrbss.
 * The two are told by what they have in common, so that nothing else is taken for them. 0;
 * -EIO if that cannot be read, -ENOENT if they are not there or do not stand still,
 * -ENOTUNIQ if several could be, -ENOMEM. */
int snug_memstats_find(unsigned go_minor, uint64_t start, uint64_t end,
                       snug_memstats_read *read, void *from,
                       struct snug_memstats_place *ret);

/* 0; -EIO if that cannot be read, -EAGAIN if the two never agree: the program is too busy.
 */
int snug_memstats_look(unsigned go_minor, const struct snug_memstats_place *place,
                       snug_memstats_read *read, void *from, struct snug_memstats *ret);
