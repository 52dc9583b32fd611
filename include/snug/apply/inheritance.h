/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What children inherit. The variables that snug sets are for this process alone: once the
 * Go runtime has read them, they are taken out of its environment and of C's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "snug/apply/vector.h"

/* A string of the Go runtime's. */
struct snug_go_string {
    const char *at;
    size_t n;
};

/* Again whenever the vector has been set. All of it must live for ever. `word` and `record`
 * are the vector's. */
void snug_inheritance_arm(struct snug_vector *vector, const char *word, char *record);

/* The Go runtime is about to make this mapping: it may be the beginning of its heap. */
void snug_inheritance_see_mapping(const void *at, size_t n_bytes, int prot, int flags);

/* A thread is about to be created. The first that the runtime creates is its monitor: it
 * has read its variables, and no code of the program's has run. Then the entries are
 * withdrawn, once. If the runtime's copy of the environment is not found, all stays. */
void snug_inheritance_see_thread(void);

/* Whether the two above have anything to look for. */
bool snug_inheritance_is_armed(void);

/* Takes what was set out of the vector again, and out of the `n_copies` copies, the
 * runtime's of its entries, in their order; who lent a place has it back. `word` as it was
 * given to snug_vector_set: if it is not NULL, a record that holds it alone is left.
 *
 * Another thread may read the vector meanwhile: no entry moves, so what was inserted among
 * a parent's becomes the record, which is empty without a word. The entries' own strings
 * become empty records too, for C code may have made copies of the vector. */
void snug_inheritance_withdraw(struct snug_vector *vector, const char *word, char *record,
                               struct snug_go_string *copies, size_t n_copies)
    __attribute__((nonnull(1, 3, 4)));
