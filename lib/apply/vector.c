/* SPDX-License-Identifier: LGPL-2.1-or-later
 * In-place insertion into the start vector. Room comes from auxv pairs whose value is 0,
 * for that is what getauxval says of a missing one: the pairs before it move up over it,
 * and two words fall free right behind envp.
 *
 * libc keeps a pointer to where the auxv began. It stays valid because whole pairs move, as
 * long as no type word of the old grid reads 0; so where pairs give room all of it is
 * filled, what is left over with the record. unsetenv moves the end of the environment down
 * onto such a word: then the record takes its place.
 */
#include <elf.h>
#include <errno.h>

#include "snug/apply/vector.h"
#include "snug/base/entries.h"
#include "snug/facts/variables.h"

enum {
    ENTRIES_MAX = 1 << 20, /* ARG_MAX allows fewer. */
    PAIRS_MAX = 64,        /* The kernel writes about 25. */
    FREE_MAX = 64,
    TYPE_MAX = 1024, /* The highest in use is 51. */
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

/* All that is asked of the auxv, in one walk: every process makes it. False if this is no
 * auxv. */
static bool read_auxv(struct snug_vector *vector)
{
    uint64_t known[AT_RANDOM + 1] = {[AT_SECURE] = true};
    const uint64_t(*pair)[2] = vector->auxv;
    for (; (*pair)[0] != AT_NULL; pair++) {
        const uint64_t type = (*pair)[0];
        if (type > TYPE_MAX || pair == vector->auxv + PAIRS_MAX)
            return false;
        if (type <= AT_RANDOM)
            known[type] = (*pair)[1];
    }
    vector->n_pairs = (size_t)(pair - vector->auxv);
    vector->phdr = (const void *)(uintptr_t)known[AT_PHDR];
    vector->n_phdr = known[AT_PHNUM];
    vector->has_loader = known[AT_BASE];
    vector->page_bytes = known[AT_PAGESZ];
    vector->is_privileged = known[AT_SECURE];
    return vector->phdr && known[AT_RANDOM] && vector->page_bytes &&
           !(vector->page_bytes & (vector->page_bytes - 1));
}

int snug_vector_find(char **envp, struct snug_vector *ret)
{
    /* argv's terminator lies before it, whatever argc is. */
    if (!envp || (uintptr_t)envp % sizeof *envp || envp[-1])
        return -EINVAL;

    size_t n = 0;
    while (envp[n])
        if (++n > ENTRIES_MAX)
            return -EINVAL;

    /* A constructor's unsetenv has moved what follows, the end too, down in place. */
    size_t n_free = 0;
    while (n_free < FREE_MAX && !envp[n + n_free + 1])
        n_free++;
    *ret = (struct snug_vector){
        .envp = envp,
        .n_entries = n,
        .n_first = n,
        .n_to_libcs = n + n_free + 1,
        .auxv = (void *)(envp + n + n_free + 1),
    };
    return read_auxv(ret) ? 0 : -EINVAL;
}

static bool is_record(const char *entry)
{
    return snug_text_starts(snug_text_of(entry), "SNUG_SET=");
}

/* Entries that a snug wrote: of this process, or of an ancestor's by its record. More than
 * SLOTS_MAX there cannot be, since each snug overwrites what it finds. */
static unsigned find_slots(const struct snug_vector *vector, size_t *ret_slots)
{
    const struct snug_text record = snug_entries_value(vector->envp, record_name);
    unsigned n = 0;
    for (size_t i = 0; i < vector->n_entries && n < SLOTS_MAX; i++) {
        const char *entry = vector->envp[i];
        if (is_record(entry) || snug_vector_own(vector, entry) ||
            (snug_text_starts(snug_text_of(entry), "GO") &&
             snug_variables_owner(record, entry) == SNUG_OWNER_SNUG))
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

bool snug_vector_is_type(const struct snug_vector *vector, size_t place)
{
    return place >= vector->n_to_libcs && (place - vector->n_to_libcs) % 2 == 0;
}

/* Makes room for that many entries or, if there is none, for fewer, and says for how many.
 */
static size_t make_room(struct snug_vector *vector, size_t n)
{
    const size_t n_free =
        (size_t)((char **)vector->auxv - vector->envp) - vector->n_entries - 1;
    size_t ret = n < n_free ? n : n_free;
    ret += snug_vector_is_type(vector, vector->n_entries + ret);
    size_t pair;
    for (; ret < n && find_spare(vector, &pair); ret += 2)
        free_pair(vector, pair);
    return ret;
}

void snug_vector_refill(struct snug_vector *vector)
{
    char **envp = vector->envp;
    char *record = vector->record;
    size_t n = 0;
    while (n < vector->n_entries && envp[n])
        n++;
    const size_t n_taken = vector->n_entries - n;
    if (!record || !n_taken)
        return;

    /* The user's have moved down by those that were the user's. */
    size_t n_users = n;
    while (n_users &&
           (is_record(envp[n_users - 1]) || snug_vector_own(vector, envp[n_users - 1])))
        n_users--;
    const size_t n_first = vector->n_first > n_taken ? vector->n_first - n_taken : 0;
    vector->n_first = n_users > n_first ? n_users : n_first;

    /* Nobody needs two, and without one the end lies before what libc reads. */
    if (n == vector->n_to_libcs && n > 1 && envp[n - 1] == record && envp[n - 2] == record)
        envp[--n] = NULL;
    /* From the back, and the last end stays one: see snug_vector_set. */
    const bool is_before = n < vector->n_to_libcs;
    for (size_t i = vector->n_entries; i-- > (is_before ? vector->n_to_libcs : n);)
        envp[i] = record;
    if (is_before)
        vector->n_entries = n;
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
    snug_vector_refill(vector);
    vector->record = record;
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

    /* Children know by the record whose the entries are. */
    const unsigned n_wanted = n_rest + (word || n);
    const size_t n_new = n_wanted > n_slots ? make_room(vector, n_wanted - n_slots) : 0;
    const unsigned n_places = n_slots + (unsigned)n_new;
    const unsigned n_set = n_rest < n_places ? n_rest : n_places;

    for (unsigned i = 0; i < n_set; i++)
        vector->own[vector->n_own++] = (struct snug_vector_own){rest[i], NULL};
    unsigned n_borrowed = 0;
    while (is_passing && n_set + n_borrowed < n_rest &&
           borrow(vector, rest[n_set + n_borrowed]))
        n_borrowed++;
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
    return n_lent + n_set + n_borrowed;
}

void snug_vector_put_record(struct snug_vector *vector, char *record)
{
    for (size_t i = 0; i < vector->n_entries; i++)
        if (is_record(vector->envp[i]))
            vector->envp[i] = record;
}
