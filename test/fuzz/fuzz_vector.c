/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The start vector: one put together from the input is edited by the product's code, again
 * and again, as a start and its children do. After each edit Go, libc and C code read it in
 * their own ways, and what they see is compared with what a list of strings would hold.
 */
#include <errno.h>

#include "fuzz_start.h"
#include "snug/apply/inheritance.h"

enum { EDITS = 4 };

static const char *const new_entries[] = {"GOMAXPROCS=2", "GOMEMLIMIT=241172480",
                                          "GOGC=off", "GOMAXPROCS=3", "GOMEMLIMIT=1"};
static uint64_t before[WORDS];
static char record[EDITS][SNUG_RECORD_BYTES];
static char copy[WORDS][TEXT_BYTES * 4];

/* Whether the entry is snug's by the record that stands first: a word of it, between white
 * space of any kind. */
static bool is_snugs(char *const *entries, const char *entry)
{
    static const char white[] = " \t\r\n";
    if (!strncmp(entry, "SNUG_SET=", 9))
        return true;
    if (strncmp(entry, "GO", 2))
        return false;
    for (; *entries && strncmp(*entries, "SNUG_SET=", 9) != 0; entries++)
        continue;
    if (!*entries)
        return false;
    for (const char *word = *entries + 9; *word; word += strcspn(word, white)) {
        word += strspn(word, white);
        if (strcspn(word, white) == strlen(entry) && !strncmp(word, entry, strlen(entry)))
            return true;
    }
    return false;
}

static size_t count(char *const *entries)
{
    size_t n = 0;
    while (entries[n])
        n++;
    return n;
}

/* Pairs that getauxval answers 0 for, there or not. */
static size_t count_spare(const struct snug_vector *vector)
{
    static const uint64_t types[] = {AT_FLAGS, AT_HWCAP2, AT_HWCAP, AT_GID, AT_UID};
    size_t ret = 0;
    for (size_t type = 0; type < sizeof types / sizeof *types; type++) {
        size_t n_zero = 0;
        bool has_value = false;
        for (size_t i = 0; i < vector->n_pairs; i++) {
            n_zero += vector->auxv[i][0] == types[type];
            has_value |= vector->auxv[i][0] == types[type] && vector->auxv[i][1];
        }
        ret += has_value ? 0 : n_zero;
    }
    return ret;
}

/* What was there before an edit: the entries, lenders in their places, and whose they are.
 */
struct old {
    char *entry[WORDS];
    bool is_snugs[WORDS];
    size_t n;
    size_t n_snugs;
    size_t n_spare;
    size_t n_lenders;
};

static void note_old(const struct snug_vector *vector, struct old *ret)
{
    *ret = (struct old){.n = count(envp), .n_spare = count_spare(vector)};
    for (size_t i = 0; i < ret->n; i++) {
        const struct snug_vector_own *own = snug_vector_own(vector, envp[i]);
        ret->entry[i] = own && own->lender ? own->lender : envp[i];
        ret->is_snugs[i] = own && !own->lender;
    }
    for (size_t i = 0; i < ret->n; i++) {
        const char *entry = ret->entry[i];
        ret->is_snugs[i] |= is_snugs(ret->entry, entry);
        ret->n_snugs += ret->is_snugs[i];
        ret->n_lenders += i < vector->n_first && !strncmp(entry, "SNUG_", 5) &&
                          strncmp(entry, "SNUG_SET=", 9) != 0;
    }
}

static size_t least(size_t one, size_t two)
{
    return one < two ? one : two;
}

/* Whether Go takes the entry for unset. */
static bool is_unset(const char *entry)
{
    const char *value = strchr(entry, '=') + 1;
    if (!*value || strncmp(entry, "GOMAXPROCS=", 11) != 0)
        return !*value;
    value += *value == '+';
    const size_t n_digits = strspn(value, "0123456789");
    const unsigned long long number = strtoull(value, NULL, 10);
    return value[n_digits] || !number || number > INT32_MAX;
}

/* How many of the old entries stand before new ones of the same name, and are unset. */
static size_t count_unset(const struct old *old, size_t n_before, char *const *set,
                          unsigned n)
{
    bool is_counted[WORDS] = {0};
    size_t ret = 0;
    for (unsigned i = 0; i < n; i++) {
        const size_t n_name = strcspn(set[i], "=") + 1;
        size_t at = 0;
        while (at < n_before && strncmp(old->entry[at], set[i], n_name) != 0)
            at++;
        if (at == n_before || is_counted[at] || old->is_snugs[at] ||
            !is_unset(old->entry[at]))
            continue;
        is_counted[at] = true;
        ret++;
    }
    return ret;
}

/* The old entries that were the user's, in their order, and the first `n_set` of the new
 * ones. Nothing takes a place without need, and nothing goes without that could have one.
 */
static void check_entries(const struct snug_vector *vector, const struct old *old,
                          char *const *set, unsigned n, unsigned n_set, bool has_word,
                          const char *own_record, bool is_passing)
{
    if (old->n_snugs > 16)
        return; /* More than any chain of starts leaves: some stay. */

    bool is_set[SNUG_VECTOR_ENTRIES_MAX + 1] = {0};
    size_t at = 0;
    for (char **entry = envp; *entry; entry++) {
        unsigned i = 0;
        while (i < n && *entry != set[i])
            i++;
        const char *expected = *entry;
        if (i < n) {
            MUST(!is_set[i]);
            is_set[i] = true;
            expected = snug_vector_own(vector, *entry)->lender;
        }
        if (!expected || *entry == own_record)
            continue;
        while (at < old->n && old->is_snugs[at])
            at++;
        MUST(at < old->n && old->entry[at++] == expected);
    }
    while (at < old->n && old->is_snugs[at])
        at++;
    MUST(at == old->n);
    for (unsigned i = 0; i < n; i++)
        MUST(is_set[i] == (i < n_set));

    if (was_taken)
        return; /* There is room that no pair gave. */
    const size_t n_unset = count_unset(old, vector->n_first, set, n);
    const size_t n_wanted = n - n_unset + (has_word || n);
    size_t n_new = n_wanted > old->n_snugs ? n_wanted - old->n_snugs : 0;
    n_new = least((n_new + 1) / 2, old->n_spare) * 2;
    MUST(count(envp) == old->n + n_new);
    const size_t n_placed = least(n, n_unset + old->n_snugs + n_new);
    MUST(n_set == (is_passing ? least(n, n_placed + old->n_lenders) : n_placed));
}

/* As glibc's unsetenv does, or musl's, which takes all of that name in one walk. */
static void take(struct fuzz_input *input)
{
    const size_t n = count(envp);
    const uint8_t choice = fuzz_byte(input);
    if (!n)
        return;
    was_taken = true;
    const char *name = envp[choice % n];
    char **to = envp;
    for (char **from = envp; *from; from++)
        if (choice & 128 ? *from != name
                         : strncmp(*from, name, strcspn(name, "=") + 1) != 0)
            *to++ = *from;
    for (; *to; to++)
        *to = NULL;
}

/* True if all was taken out again: that ends it, as the runtime is up then. */
static bool edit(struct fuzz_input *input, struct snug_vector *vector, char *own_record)
{
    static char copies[EDITS * SNUG_VECTOR_ENTRIES_MAX][TEXT_BYTES];
    static unsigned next_copy;
    char *set[SNUG_VECTOR_ENTRIES_MAX];
    const unsigned n = fuzz_byte(input) % (SNUG_VECTOR_ENTRIES_MAX + 1);
    for (unsigned i = 0; i < n; i++) {
        set[i] = copies[next_copy++ % (EDITS * SNUG_VECTOR_ENTRIES_MAX)];
        strcpy(set[i], new_entries[fuzz_byte(input) % 5]);
    }
    const uint8_t choice = fuzz_byte(input);
    const char *word = choice & 1 ? "pdeathsig=15:4711:123456:4026531836" : NULL;
    const bool is_passing = choice & 2;

    struct old old;
    snug_vector_refill(vector);
    note_old(vector, &old);
    const unsigned n_set = snug_vector_set(vector, set, n, word, own_record, is_passing);
    check_auxv(vector);
    check_entries(vector, &old, set, n, n_set, word, own_record, is_passing);
    MUST(word ? strstr(own_record, word) != NULL : !strstr(own_record, "pdeathsig"));
    if (!(choice & 4)) {
        for (int i = choice >> 6; i > 0; i--) {
            take(input);
            if (choice & 8) {
                snug_vector_refill(vector);
                check_auxv(vector);
            }
        }
        return false;
    }

    /* All of it is taken out again, of the runtime's copies too. */
    static struct snug_go_string go[WORDS];
    const size_t n_go = count(envp);
    for (size_t i = 0; i < n_go; i++) {
        snprintf(copy[i], sizeof copy[i], "%s", envp[i]);
        go[i] = (struct snug_go_string){copy[i], strlen(copy[i])};
    }
    char *const was_first = envp[0];
    const bool keeps_first =
        was_first && was_first != own_record && !snug_vector_own(vector, was_first);
    for (int i = choice >> 6; i > 0; i--) {
        take(input);
        if (choice & 8)
            snug_vector_refill(vector);
    }
    snug_inheritance_withdraw(vector, word, own_record, go, n_go);
    MUST(!keeps_first || was_taken || (envp[0] == was_first && go[0].at == copy[0]));
    for (char **entry = envp; *entry; entry++)
        for (unsigned i = 0; i < n; i++)
            MUST(*entry != set[i]);
    for (size_t i = 0; i < n_go; i++)
        MUST(!go[i].n || go[i].at != copy[i] || !strncmp(copy[i], own_record, 9) ||
             go[i].n == strlen(copy[i]));
    MUST(!strcmp(own_record + 9, word ? word : ""));
    check_libc();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input = {bytes, n_bytes};
    struct snug_vector vector;
    compose(&input);
    was_taken = false;
    memcpy(before, words, sizeof words);
    MUST(snug_vector_find(envp, &vector) == 0);
    check_auxv(&vector);
    bool is_over = false;
    for (unsigned i = 0; i < EDITS && input.n && !is_over; i++)
        is_over = edit(&input, &vector, record[i]);
    if (input.n && !is_over) {
        static char last[SNUG_RECORD_BYTES] = "SNUG_SET=pdeathsig=15:1:2";
        snug_vector_refill(&vector);
        snug_vector_put_record(&vector, last);
        check_auxv(&vector);
    }
    /* Nothing beside the vector was touched. */
    MUST(words[0] == before[0] && words[1] == 0);
    for (size_t i = n_words; i < WORDS; i++)
        MUST(words[i] == 0x5555555555555555u);

    /* A vector with a word changed is one or is none; finding out ends. The rest of the
     * block is a terminator, as the kernel's strings are none. */
    memset(&words[n_words], 0, sizeof words - n_words * sizeof *words);
    if (input.n > 1) {
        words[1 + fuzz_byte(&input) % (n_words - 1)] = fuzz_byte(&input);
        struct snug_vector damaged;
        if (words[1] == 0 && snug_vector_find(envp, &damaged) == 0)
            MUST(damaged.page_bytes && !(damaged.page_bytes & (damaged.page_bytes - 1)));
    }
    return 0;
}
