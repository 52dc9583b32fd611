/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The option table: one row per key. The parser, the environment names, `snug check`, `snug
 * --help`, the README's table and the man page follow from it and from meanings.h.
 */
#pragma once

#include "snug/base/file.h"
#include "snug/base/text.h"

enum snug_key {
    SNUG_SCOPE,
    SNUG_CPU_COUNT,
    SNUG_CPU_ROUND,
    SNUG_CPU_MIN,
    SNUG_CPU_REQUEST,
    SNUG_CPU_BURST,
    SNUG_CPU_PRESENT,
    SNUG_MEMORY_LIMIT,
    SNUG_MEMORY_HEADROOM,
    SNUG_MEMORY_SHARE,
    SNUG_MEMORY_REQUEST,
    SNUG_MEMORY_GOGC,
    SNUG_MEMORY_PRESENT,
    SNUG_MALLOC_ARENAS,
    SNUG_NUMA_PLACE,
    SNUG_NUMA_CONFINE,
    SNUG_SPAN_HUGE,
    SNUG_SPAN_ALIGN,
    SNUG_SPAN_GUARD,
    SNUG_SPAN_NAME,
    SNUG_PRCTL_THP,
    SNUG_SECCOMP_GUARD,
    SNUG_FOLLOW,
    SNUG_FOLLOW_INTERVAL,
    SNUG_FOLLOW_ANNOUNCE,
    SNUG_CHILD_PDEATHSIG,
    SNUG_THREADS_WARN,
    SNUG_LOG,
    SNUG_LOG_FILE,
    SNUG_STATS_FILE,
    SNUG_N_KEYS,
};

/* The largest size there is: the kernel counts memory in signed numbers. */
#define SNUG_BYTES_MOST ((uint64_t)INT64_MAX)

/* What a value can be. A row allows several, as bits. */
enum snug_unit {
    SNUG_UNIT_WORD = 1,
    SNUG_UNIT_COUNT = 2,
    SNUG_UNIT_BYTES = 4,
    SNUG_UNIT_PERCENT = 8,
    SNUG_UNIT_MILLI = 16,  /* Thousandths of a CPU: `1500` or `1500m`. */
    SNUG_UNIT_TIME = 32,   /* `5`, `5s` or `500ms`; held in milliseconds. */
    SNUG_UNIT_SIGNAL = 64, /* `SIGTERM`, `TERM` or a number from 1 to 64. */
    SNUG_UNIT_PATH = 128,
    SNUG_UNIT_NODES = 256, /* `node:LIST`, of numbers within the bounds. */
    SNUG_UNIT_SUM = 512,   /* `10%+100M`, each within its own bounds. */
};

/* Indices of the words, in the order of the table's text. */
enum { SNUG_WORD_GO, SNUG_WORD_ALL };                     /* scope */
enum { SNUG_WORD_AUTO, SNUG_WORD_AUTO_OFF };              /* cpu.count, memory.limit */
enum { SNUG_WORD_UP, SNUG_WORD_DOWN, SNUG_WORD_NEAREST }; /* cpu.round */
enum { SNUG_WORD_REQUEST_OFF, SNUG_WORD_REQUEST_ENV };    /* cpu.request, memory.request */
enum { SNUG_WORD_KEEP, SNUG_WORD_KEEP_OFF };              /* memory.gogc, malloc.arenas */
enum { SNUG_WORD_MEASURED };                              /* memory.headroom */
enum { SNUG_WORD_OFF, SNUG_WORD_ON };                     /* switches */
enum {
    SNUG_WORD_PLACE_OFF,
    SNUG_WORD_PLACE_AUTO,
    SNUG_WORD_LOCAL,
    SNUG_WORD_INTERLEAVE
}; /* numa.place */
enum { SNUG_WORD_HUGE_KEEP, SNUG_WORD_HUGE_AUTO, SNUG_WORD_ALWAYS, SNUG_WORD_NEVER };
enum { SNUG_WORD_THP_PASS, SNUG_WORD_THP_OWN };                     /* prctl.thp */
enum { SNUG_WORD_GUARD_OFF, SNUG_WORD_AUDIT, SNUG_WORD_GUARD_LOG }; /* seccomp.guard */
enum { SNUG_WORD_LOG_OFF, SNUG_WORD_ERROR, SNUG_WORD_INFO, SNUG_WORD_DEBUG }; /* log */
enum { SNUG_WORD_NO_FILE }; /* follow.announce, log.file, stats.file */

/* Texts are arrays, not pointers: the preload object would have to relocate each pointer,
 * in every process it is loaded into. Bounds are included. */
struct snug_option {
    char name[16];           /* "cpu.round" */
    char words[26];          /* "up down nearest", "" for none. */
    char initial[5];         /* The default, as one would write it. */
    uint8_t most_bytes_log2; /* The largest size; 63 stands for SNUG_BYTES_MOST. */
    /* The smallest size: of memory one that is no number without its unit. 0 bytes are
     * taken where 0 % are. */
    uint8_t least_bytes_log2;
    uint16_t units; /* Bits of enum snug_unit. */
    uint32_t least; /* Bounds of a number that is not a size. */
    uint32_t most;
};

/* Indexed by enum snug_key. */
extern const struct snug_option snug_options[SNUG_N_KEYS];

/* The key of that name, or -1. */
int snug_options_find(struct snug_text name);

/* The key that a variable (`SNUG_CPU_ROUND`) stands for, or -1. */
int snug_options_find_variable(struct snug_text variable);

/* Appends the name of the key's variable. */
void snug_options_put_variable(struct snug_builder *out, enum snug_key key);

/* The key that a mistyped name or variable most likely means, or -1 if none is near. */
int snug_options_guess(struct snug_text name);
