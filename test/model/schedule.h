/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All orders in which a few threads can take their steps, one after the other: each run
 * begins anew and takes the next unexplored branch at its last choice. A step is an atomic
 * operation or a system call that concerns masks. Signals come before steps too, and a fork
 * is a choice between going on as the parent and as the child.
 */
#pragma once

#include <stdbool.h>

enum {
    SCHEDULE_START_BYTES =
        1 << 20,             /* With a mapping of this length the runtime is known. */
    SCHEDULE_ALL_CPUS = 0xf, /* What the modelled machine has. */
    SCHEDULE_NARROW = 0x1,   /* What is presented: SNUG_CPU_COUNT=1, on CPU 0. */
};

struct scene {
    const char *label;
    void (*main_thread)(void);
    void (*second_thread)(void); /* Runs from pthread_create on; NULL: there is none. */
    void (*handler)(void);
    unsigned n_signals;     /* How many come to the main thread at most. */
    unsigned long own_mask; /* The user's mask; 0: all CPUs. */
    bool is_late;           /* No constructor has run: as on musl. */
    bool is_refused;        /* sched_setaffinity fails. */
    bool has_all_cpus;      /* /proc/self/status says that nothing is restricted. */
};

/* Tries every order in which a thread gives way to the other at most `n_switches` times
 * before it ends; returns how many there were. Ends the process at the first that breaks
 * a rule, with the steps that led there. */
unsigned long schedule_explore(const struct scene *scene, unsigned n_switches);

/* For scripts: one of `n` ways. */
unsigned schedule_choose(unsigned n);

/* For scripts: what happens, as shown if a rule is broken. */
void schedule_note(const char *what);

/* Where a mask counts as the runtime's: it must be narrow if nothing came between. */
void schedule_count_cpus(void);

/* Where snug starts: once in a process. */
void schedule_start(void);

/* What the scene says of its mask. */
bool schedule_has_all_cpus(void);

/* The process is replaced by a program: its mask must not be narrow; nothing comes after.
 */
void schedule_execute(void);
