/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The start vector: the words `argc, argv…, 0, envp…, 0, auxv…, 0, 0` on the initial stack.
 * Go reads its environment from here and nowhere else, so here is where variables go in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SNUG_VECTOR_INSERT_MAX = 4, /* Entries that fit in the place of two auxv pairs. */
    SNUG_RECORD_BYTES = 160,
};

struct snug_vector {
    char **envp;
    size_t n_entries;
    uint64_t (*auxv)[2]; /* Pairs of type and value; ends with AT_NULL. */
    size_t n_pairs;      /* Without AT_NULL. */
};

/* Takes `envp`, as the loader passes it to constructors or as an untouched `environ`, for
 * the vector if what lies around it looks like one. -EINVAL if it does not: then nothing
 * about it may be believed. Reads until the end of the auxv. */
int snug_vector_find(char **envp, struct snug_vector *ret);

/* The value of an auxv entry. False if there is none. */
bool snug_vector_auxv(const struct snug_vector *vector, uint64_t type, uint64_t *ret_value);

/* Puts `n` `NAME=value` entries into the environment, and after them the record SNUG_SET,
 * which names them. Entries that a parent's snug put there, by its record, are overwritten;
 * a user's are never touched. With `n` = 0 nothing is inserted, only a parent's entries are
 * neutralised. `word`, if it is not NULL, stands in the record too, and stands for no
 * entry. The strings and `record`, SNUG_RECORD_BYTES long, must live for ever.
 *
 * Returns 0; -ENOSPC if there is no room (nothing is changed). getauxval and environ go on
 * working, but AT_FLAGS (0 on every Linux) and, for more than two new entries, AT_CLKTCK
 * (which libc has read already) are gone from the auxv. Another thread may read
 * the environment meanwhile, not the auxv. */
int snug_vector_set(struct snug_vector *vector, char *const *entries, unsigned n,
                    const char *word, char *record);

/* Puts `record`, which must live for ever, in the place of the record that a parent's snug
 * left, and changes nothing else. */
void snug_vector_put_record(struct snug_vector *vector, char *record);
