/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Completion by a function with a case for each command and each option: what is written of
 * the tables is the same for the shells that have such, and what stands around it is not.
 */
#pragma once

#include <stdio.h>

/* In the order in which it is written. */
struct snug_cases {
    const char *head;      /* The commands follow. */
    const char *keys;      /* The policy keys. */
    const char *commands;  /* For each command its name, */
    const char *options;   /* its options, */
    const char *all_keys;  /* and either this, */
    const char *no_keys;   /* or this, if it takes no keys. */
    const char *values;    /* The options whose value is a file. */
    const char *files;     /* Those whose value is a process. */
    const char *processes; /* For each key that has words its name, */
    const char *words;     /* its words, */
    const char *words_end; /* and this. */
    const char *tail;
};

extern const struct snug_cases snug_cases_bash;
extern const struct snug_cases snug_cases_zsh;

void snug_cases_write(const struct snug_cases *cases, FILE *out);
