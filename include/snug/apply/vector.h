/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The start vector: the words `argc, argv…, 0, envp…, 0, auxv…, 0, 0` on the initial stack.
 * Go reads its environment from here and nowhere else, so here is where variables go in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SNUG_VECTOR_ENTRIES_MAX = 4, /* The variables that may be set. */
    SNUG_RECORD_BYTES = 160,
};

/* An entry that snug has put into the vector. */
struct snug_vector_own {
    char *entry;
    char *lender; /* Whose place it has taken for a while; NULL if nobody's. */
};

struct snug_vector {
    char **envp;
    size_t n_entries;
    size_t n_to_libcs;   /* Words from `envp` to where libc looks for the auxv. */
    uint64_t (*auxv)[2]; /* Pairs of type and value; ends with AT_NULL. */
    size_t n_pairs;      /* Without AT_NULL. */
    size_t n_first;      /* Entries before those that were inserted. */
    char *record;        /* NULL before anything was set. */
    unsigned n_own;      /* The record is not among them. */
    const void *phdr;    /* AT_PHDR … */
    size_t n_phdr;
    bool has_loader;     /* The kernel has mapped one for the program. */
    uint64_t page_bytes; /* A power of two. */
    bool is_privileged;  /* AT_SECURE says so, or is missing. */
    struct snug_vector_own own[SNUG_VECTOR_ENTRIES_MAX];
};

/* Takes `envp`, as the loader passes it to constructors or as an untouched `environ`, for
 * the vector if what lies around it looks like one. -EINVAL if it does not: then nothing
 * about it may be believed. Entries may have been taken away by unsetenv(3), which moves
 * the others down. Reads until the end of the auxv. */
int snug_vector_find(char **envp, struct snug_vector *ret);

/* Puts `n` `NAME=value` entries into the environment, the most useful first, and where a
 * place is left the record SNUG_SET, which names them. Entries that a parent's snug put
 * there, by its record, are overwritten; a user's are never touched, but one of the same
 * name that Go takes for unset, and would read first, lends its place. With `n` = 0 nothing
 * is inserted, only a parent's entries are neutralised. `word`, if it is not NULL, stands
 * in the record first, and stands for no entry. The strings and `record`, SNUG_RECORD_BYTES
 * long, must live for ever; without room for it, it is left out. `is_passing`: they are
 * going to be withdrawn. Then, if there is no other room, a SNUG_ variable, which nobody
 * but snug reads, lends its place.
 *
 * Returns how many of the entries stand in the vector now, the first ones. getauxval and
 * environ go on working: of the auxv only pairs are given up for which getauxval answers 0,
 * there or not. Another thread may read the environment meanwhile, not the auxv. */
unsigned snug_vector_set(struct snug_vector *vector, char *const *entries, unsigned n,
                         const char *word, char *record, bool is_passing);

/* To be called when C code may have taken entries away (unsetenv(3)), before the runtime
 * reads its own: the end of the others, which has moved down, would be the end of the auxv
 * for libc. The record fills the place, or is one too many and goes. Another thread may
 * read the environment meanwhile. */
void snug_vector_refill(struct snug_vector *vector);

/* Whether libc, which knows where the auxv began, reads the type of a pair at that place,
 * counted in words from `envp`. It must not read 0: that would be the auxv's end. */
bool snug_vector_is_type(const struct snug_vector *vector, size_t place);

/* What snug_vector_set knows of an entry, NULL if it is not one that it put there. */
const struct snug_vector_own *snug_vector_own(const struct snug_vector *vector,
                                              const char *entry);

/* Puts `record`, which must live for ever, in the place of the record that a parent's snug
 * left, and changes nothing else. */
void snug_vector_put_record(struct snug_vector *vector, char *record);
