/* SPDX-License-Identifier: LGPL-2.1-or-later
 * In-place insertion into the start vector. Room comes from auxv pairs that nobody needs:
 * the pairs before one move up over it, and two words fall free right behind envp.
 *
 * libc keeps a pointer to where the auxv began. It stays valid because whole pairs move, as
 * long as no type word of the old grid reads 0; so an even number of entries is inserted,
 * always, and what is left over is filled with the record.
 */
#include <elf.h>
#include <errno.h>

#include "snug/apply/vector.h"
#include "snug/base/text.h"
#include "snug/facts/variables.h"

enum {
    ENTRIES_MAX = 1 << 20, /* ARG_MAX allows fewer. */
    PAIRS_MAX = 64,        /* The kernel writes about 25. */
    TYPE_MAX = 1024,       /* The highest in use is 51. */
    SLOTS_MAX = 16,
};

static const char record_name[] = "SNUG_SET";

bool snug_vector_auxv(const struct snug_vector *vector, uint64_t type, uint64_t *ret_value)
{
    for (size_t i = 0; i < vector->n_pairs; i++)
        if (vector->auxv[i][0] == type) {
            *ret_value = vector->auxv[i][1];
            return true;
        }
    return false;
}

int snug_vector_find(char **envp, struct snug_vector *ret)
{
    /* argv's terminator lies before it, whatever argc is. */
    if (!envp || (uintptr_t)envp % sizeof *envp || envp[-1])
        return -EINVAL;

    struct snug_vector vector = {.envp = envp};
    while (envp[vector.n_entries])
        if (++vector.n_entries > ENTRIES_MAX)
            return -EINVAL;

    vector.auxv = (void *)(envp + vector.n_entries + 1);
    for (; vector.auxv[vector.n_pairs][0] != AT_NULL; vector.n_pairs++)
        if (vector.n_pairs == PAIRS_MAX || vector.auxv[vector.n_pairs][0] > TYPE_MAX)
            return -EINVAL;

    uint64_t value;
    if (!snug_vector_auxv(&vector, AT_PHDR, &value) || !value ||
        !snug_vector_auxv(&vector, AT_PAGESZ, &value) || value & (value - 1) ||
        !snug_vector_auxv(&vector, AT_RANDOM, &value) || !value)
        return -EINVAL;
    *ret = vector;
    return 0;
}

static bool is_record(const char *entry)
{
    return snug_text_starts(snug_text_of(entry), "SNUG_SET=");
}

/* Entries that a snug wrote: of this process, or of an ancestor's by its record. More than
 * SLOTS_MAX there cannot be, since each snug overwrites what it finds. */
static unsigned find_slots(const struct snug_vector *vector, size_t *ret_slots)
{
    unsigned n = 0;
    for (size_t i = 0; i < vector->n_entries && n < SLOTS_MAX; i++) {
        const char *entry = vector->envp[i];
        if (is_record(entry) ||
            (snug_text_starts(snug_text_of(entry), "GO") &&
             snug_variables_owner(vector->envp, entry) == SNUG_OWNER_SNUG))
            ret_slots[n++] = i;
    }
    return n;
}

/* The pair of that type, if it may go: one whose value is not the usual one may be read. */
static bool find_spare(const struct snug_vector *vector, uint64_t type, size_t *ret_pair)
{
    for (size_t i = 0; i < vector->n_pairs; i++)
        if (vector->auxv[i][0] == type) {
            *ret_pair = i;
            return type != AT_FLAGS || vector->auxv[i][1] == 0;
        }
    return false;
}

/* Two free words behind envp, in the place of the pair. */
static void free_pair(struct snug_vector *vector, size_t pair)
{
    for (size_t i = pair; i > 0; i--) {
        vector->auxv[i][0] = vector->auxv[i - 1][0];
        vector->auxv[i][1] = vector->auxv[i - 1][1];
    }
    vector->auxv++;
    vector->n_pairs--;
}

static bool make_room(struct snug_vector *vector, unsigned n_pairs)
{
    static const uint64_t spare_types[] = {AT_FLAGS, AT_CLKTCK};
    size_t pairs[SNUG_VECTOR_INSERT_MAX / 2];
    unsigned n_found = 0;
    for (unsigned i = 0; i < SNUG_VECTOR_INSERT_MAX / 2 && n_found < n_pairs; i++)
        n_found += find_spare(vector, spare_types[i], &pairs[n_found]);
    if (n_found < n_pairs)
        return false;

    /* The one further back first: the other's index grows by no move of a later pair. */
    if (n_pairs == 2 && pairs[0] < pairs[1]) {
        free_pair(vector, pairs[1]);
        free_pair(vector, pairs[0]);
    } else {
        for (unsigned i = 0; i < n_pairs; i++)
            free_pair(vector, pairs[i]);
    }
    return true;
}

static bool write_record(char *const *entries, unsigned n, const char *word, char *record)
{
    struct snug_builder out = snug_text_build(record, SNUG_RECORD_BYTES);
    snug_text_put(&out, record_name);
    const char *separator = "=";
    for (unsigned i = 0; i < n; i++) {
        snug_text_put(&out, separator);
        snug_text_put(&out, entries[i]);
        separator = " ";
    }
    if (word || !n)
        snug_text_put(&out, separator);
    if (word)
        snug_text_put(&out, word);
    return !out.is_full;
}

int snug_vector_set(struct snug_vector *vector, char *const *entries, unsigned n,
                    const char *word, char *record)
{
    size_t slots[SLOTS_MAX];
    const unsigned n_slots = find_slots(vector, slots);
    if (!n && !word && !n_slots)
        return 0;

    const unsigned n_wanted = n + 1;
    const unsigned n_new = n_wanted > n_slots ? n_wanted - n_slots : 0;
    const unsigned n_pairs = (n_new + 1) / 2;
    char text[SNUG_RECORD_BYTES];
    if (n_pairs > SNUG_VECTOR_INSERT_MAX / 2 || !write_record(entries, n, word, text) ||
        !make_room(vector, n_pairs))
        return -ENOSPC;

    /* `record` may be the very string that find_slots has just read. */
    (void)snug_text_copy(snug_text_of(text), SNUG_RECORD_BYTES, record); /* It fits. */
    for (unsigned i = 0; i < n_slots; i++)
        vector->envp[slots[i]] = i < n ? entries[i] : record;
    /* From the back: another thread that walks the environment finds an end, the new one or
     * the old. */
    vector->envp[vector->n_entries + 2 * (size_t)n_pairs] = NULL;
    for (unsigned i = 2 * n_pairs; i-- > 0;)
        vector->envp[vector->n_entries + i] =
            n_slots + i < n ? entries[n_slots + i] : record;
    vector->n_entries += 2 * (size_t)n_pairs;
    return 0;
}

void snug_vector_put_record(struct snug_vector *vector, char *record)
{
    for (size_t i = 0; i < vector->n_entries; i++)
        if (is_record(vector->envp[i]))
            vector->envp[i] = record;
}
