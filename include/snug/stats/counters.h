/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What snug counted in this process, laid out as a page that others can map. Readers
 * outside depend on the layout: nothing is ever moved, counters and fields are added at the
 * end.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

enum {
    SNUG_COUNTERS_LAYOUT = 1,   /* The number of the layout. */
    SNUG_COUNTERS_OPTIONS = 81, /* prctl's options from 0 to 80. */
    SNUG_COUNTERS_NODES = 64,   /* NUMA nodes with a counter of their own. */
    SNUG_COUNTERS_MAX = 128,    /* The room for counters. */
    SNUG_COUNTERS_PAGE_BYTES = 4096,
};

/* What a page begins with. */
#define SNUG_COUNTERS_MAGIC 0x7461747367756e73ull /* "snugstat" */

/* The counters with a name; each has a row in lib/cli/stat/metrics.c. A number whose
 * meaning is gone is not given again. */
enum snug_counter {
    SNUG_COUNT_RESERVATIONS, /* Heap arenas recognised. */
    SNUG_COUNT_GROWTHS,      /* Calls by which a heap grew. */
    SNUG_COUNT_GROWTH_BYTES,
    SNUG_COUNT_HUGE_BYTES,          /* Advised to be huge pages. */
    SNUG_COUNT_REFUSED = 7,         /* Growth refused by span.guard. 4 to 6 are past. */
    SNUG_COUNT_PASSED_TABLE_FULL,   /* Passed through: the table of arenas was full. */
    SNUG_COUNT_PASSED_PLACE_FAILED, /* The kernel refused to place a range. */
    SNUG_COUNT_PASSED_HUGE_FAILED,  /* The kernel refused the advice. */
    SNUG_COUNT_PASSED_BUDGET,       /* Not advised: the budget was spent. */
    SNUG_COUNT_ALIGNED,             /* Mappings aligned. */
    SNUG_COUNT_NAMED,               /* Mappings named. */
    SNUG_COUNT_THREADS,             /* Threads created through libc. */
    SNUG_COUNT_UNREAD,              /* Looks of follow that could not read a limit. */
    SNUG_COUNT_RELIEFS,             /* Times that follow raised a target for a minute. */
    SNUG_N_COUNTERS,
};

/* One change that a live resize made. */
struct snug_change {
    uint64_t when_ns;   /* Since 1970, by the wall clock. */
    uint64_t cpus_from; /* 0: not presented. */
    uint64_t cpus_to;
    uint64_t bytes_from; /* The memory target; 0: none. */
    uint64_t bytes_to;
    uint64_t reason;  /* The number of an enum snug_reason. */
    uint64_t took_ns; /* From reading the limits to the last thing applied. */
};

enum { SNUG_CHANGE_WORDS = sizeof(struct snug_change) / sizeof(uint64_t) };

/* What others hold of a memory limit, and what follows. */
struct snug_measured {
    uint64_t target_bytes;
    uint64_t others_bytes;
    uint64_t reserve_bytes;
    uint64_t limit_bytes;
};

enum { SNUG_MEASURED_WORDS = sizeof(struct snug_measured) / sizeof(uint64_t) };

/* What was decided at the start. */
struct snug_chosen {
    uint64_t cpus;           /* To be seen; 0: left alone. */
    uint64_t gomaxprocs;     /* The variable; 0: left alone. */
    uint64_t go_limit_bytes; /* GOMEMLIMIT; 0: left alone. */
    uint64_t cpu_reason;     /* The number of an enum snug_reason. */
    uint64_t memory_reason;
    char version[16]; /* Of the object, cut; "" if all of this is not known. */
};

/* Whose page it is. All 0 in a process that has none. */
struct snug_counters_head {
    uint64_t magic;
    uint32_t layout;
    uint32_t n_bytes;     /* Of struct snug_counters as the writer knows it. */
    uint32_t n_counters;  /* Of its `counter`. */
    uint32_t pid;         /* Of the process that counts, in its own namespace. */
    uint64_t namespace;   /* Of process ids: the inode of /proc/PID/ns/pid; 0: unknown. */
    uint64_t start_ticks; /* When it started, as in /proc/PID/stat; 0: unknown. */
};

struct snug_counters {
    struct snug_counters_head head;

    _Atomic uint64_t prctl[SNUG_COUNTERS_OPTIONS]; /* Calls, by option. */
    _Atomic uint64_t prctl_other;                  /* Calls with any other option. */

    /* Bytes asked for on each NUMA node, the last for all higher nodes. */
    _Atomic uint64_t node_bytes[SNUG_COUNTERS_NODES + 1];

    /* The last change of a live resize. Odd while it is written; half of it is the number
     * of changes so far. */
    _Atomic uint64_t change_sequence;
    _Atomic uint64_t change[SNUG_CHANGE_WORDS]; /* The words of a struct snug_change. */

    _Atomic uint64_t counter[SNUG_COUNTERS_MAX]; /* By enum snug_counter. */

    /* Of memory.headroom = measured, as they are now: the words of a struct snug_measured,
     * 0 where nothing is measured. */
    _Atomic uint64_t measured[SNUG_MEASURED_WORDS];

    struct snug_chosen chosen; /* Written before anybody reads the page. */
};

/* All of these from any thread; they never wait. */
void snug_counters_add(enum snug_counter counter, uint64_t n);
void snug_counters_add_prctl(int option);
void snug_counters_add_node_bytes(unsigned node, uint64_t n);

/* From one thread only. */
void snug_counters_set_change(const struct snug_change *change);
void snug_counters_set_measured(const struct snug_measured *measured);

/* Before snug_counters_prepare. `version` becomes this object's. */
void snug_counters_set_chosen(const struct snug_chosen *chosen);

/* This process's, to be written to a file as they are now: the head is filled in, with this
 * identity. */
const struct snug_counters *snug_counters_prepare(uint32_t pid, uint64_t namespace,
                                                  uint64_t start_ticks);

/* From now on counts go there. */
void snug_counters_move(struct snug_counters *to);

/* This process's. */
const struct snug_counters *snug_counters_read(void);
