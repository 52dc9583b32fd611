/* SPDX-License-Identifier: LGPL-2.1-or-later
 * In-place insertion into the start vector. Room comes from auxv pairs whose value is 0,
 * for that is what getauxval says of a missing one: the pairs before it move up over it,
 * and two words fall free right behind envp.
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
    /* Not in every <elf.h>. */
    HWCAP3 = 29,
    HWCAP4 = 30,
};

static const char record_name[] = "SNUG_SET";

const struct snug_vector_own *snug_vector_own(const struct snug_vector *vector,
                                              const char *entry)
{
    for (unsigned i = 0; i < vector->n_own; i++)
        if (vector->own[i].entry == entry)
            return &vector->own[i];
    return NULL;
}

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
    vector.n_first = vector.n_entries;
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
        if (is_record(entry) || snug_vector_own(vector, entry) ||
            (snug_text_starts(snug_text_of(entry), "GO") &&
             snug_variables_owner(vector->envp, entry) == SNUG_OWNER_SNUG))
            ret_slots[n++] = i;
    }
    return n;
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

/* A pair of that type, if all that there are say 0. */
static bool find_zero(const struct snug_vector *vector, uint64_t type, size_t *ret_pair)
{
    bool is_found = false;
    for (size_t i = 0; i < vector->n_pairs; i++) {
        if (vector->auxv[i][0] != type)
            continue;
        if (vector->auxv[i][1])
            return false;
        *ret_pair = i;
        is_found = true;
    }
    return is_found;
}

/* The least known first. Not AT_SECURE: some libraries take a missing one for a set-user-id
 * program. Not AT_CLKTCK or any other that is never 0. */
static bool find_spare(const struct snug_vector *vector, size_t *ret_pair)
{
    static const uint64_t types[] = {AT_FLAGS, HWCAP4, HWCAP3,  AT_HWCAP2, AT_HWCAP,
                                     AT_EGID,  AT_GID, AT_EUID, AT_UID};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (find_zero(vector, types[i], ret_pair))
            return true;
    return false;
}

/* Makes room for that many entries or, if there is none, for fewer. Returns for how many;
 * it is even. */
static size_t make_room(struct snug_vector *vector, size_t n)
{
    size_t ret = 0;
    size_t pair;
    for (; ret < n && find_spare(vector, &pair); ret += 2)
        free_pair(vector, pair);
    return ret;
}

/* The place of a variable that only snug reads, SIZE_MAX if there is none. */
static size_t find_lender(const struct snug_vector *vector)
{
    for (size_t i = 0; i < vector->n_first; i++)
        if (snug_text_starts(snug_text_of(vector->envp[i]), "SNUG_") &&
            !is_record(vector->envp[i]))
            return i;
    return SIZE_MAX;
}

/* Lenders have their places back. */
static void return_loans(struct snug_vector *vector)
{
    for (size_t i = 0; vector->envp[i]; i++) {
        const struct snug_vector_own *own = snug_vector_own(vector, vector->envp[i]);
        if (own && own->lender)
            vector->envp[i] = own->lender;
    }
}

static void lend(struct snug_vector *vector, size_t place, char *entry)
{
    vector->own[vector->n_own++] =
        (struct snug_vector_own){.entry = entry, .lender = vector->envp[place]};
    vector->envp[place] = entry;
}

static bool borrow(struct snug_vector *vector, char *entry)
{
    const size_t place = find_lender(vector);
    if (place == SIZE_MAX)
        return false;
    lend(vector, place, entry);
    return true;
}

static bool contains(const size_t *places, unsigned n, size_t place)
{
    while (n && places[n - 1] != place)
        n--;
    return n;
}

static bool has_same_name(const char *a, const char *b)
{
    while (*a != '=' && *a && *a == *b) {
        a++;
        b++;
    }
    return *a == '=' && *b == '=';
}

/* The place of the first entry of the same name if Go takes it for unset, else SIZE_MAX: Go
 * reads no further than that one. */
static size_t find_unset(const struct snug_vector *vector, const char *entry)
{
    for (size_t i = 0; i < vector->n_first; i++)
        if (has_same_name(vector->envp[i], entry))
            return snug_variables_is_unset(vector->envp[i]) ? i : SIZE_MAX;
    return SIZE_MAX;
}

/* The word first, so that the record can be cut off behind it. */
static void write_record(const struct snug_vector *vector, const char *word, char *record)
{
    struct snug_builder out = snug_text_build(record, SNUG_RECORD_BYTES);
    snug_text_put(&out, record_name);
    snug_text_put(&out, "=");
    if (word)
        snug_text_put(&out, word);
    for (unsigned i = 0; i < vector->n_own; i++) {
        snug_text_put(&out, i || word ? " " : "");
        snug_text_put(&out, vector->own[i].entry);
    }
}

unsigned snug_vector_set(struct snug_vector *vector, char *const *entries, unsigned n,
                         const char *word, char *record, bool is_passing)
{
    return_loans(vector);
    size_t slots[SLOTS_MAX];
    const unsigned n_slots = find_slots(vector, slots);

    /* Whichever entry stands there: no unset one is left to be read first. */
    size_t unset[SNUG_VECTOR_ENTRIES_MAX];
    unsigned n_lent = 0;
    for (unsigned i = 0; i < n; i++) {
        const size_t place = find_unset(vector, entries[i]);
        if (place != SIZE_MAX && !contains(slots, n_slots, place) &&
            !contains(unset, n_lent, place))
            unset[n_lent++] = place;
    }
    vector->n_own = 0;
    for (unsigned i = 0; i < n_lent; i++)
        lend(vector, unset[i], entries[i]);
    char *const *rest = entries + n_lent;
    const unsigned n_rest = n - n_lent;

    const bool needs_record = is_passing ? word && !n : word || n_lent;
    const unsigned n_wanted = n_rest + needs_record;
    const size_t n_new = n_wanted > n_slots ? make_room(vector, n_wanted - n_slots) : 0;
    const unsigned n_places = n_slots + (unsigned)n_new;
    unsigned n_set = n_rest < n_places ? n_rest : n_places;

    for (unsigned i = 0; i < n_set; i++)
        vector->own[vector->n_own++] = (struct snug_vector_own){rest[i], NULL};
    /* `record` may be the very string that find_slots has just read. */
    write_record(vector, word, record);
    for (unsigned i = 0; i < n_slots; i++)
        vector->envp[slots[i]] = i < n_set ? rest[i] : record;
    /* From the back: another thread that walks the environment finds an end, the new one or
     * the old. */
    vector->envp[vector->n_entries + n_new] = NULL;
    for (size_t i = n_new; i-- > 0;)
        vector->envp[vector->n_entries + i] =
            n_slots + i < n_set ? rest[n_slots + i] : record;
    vector->n_entries += n_new;

    while (is_passing && n_set < n_rest && borrow(vector, rest[n_set]))
        n_set++;
    return n_lent + n_set;
}

void snug_vector_put_record(struct snug_vector *vector, char *record)
{
    for (size_t i = 0; i < vector->n_entries; i++)
        if (is_record(vector->envp[i]))
            vector->envp[i] = record;
}
