/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The start vector: one put together from the input is edited by the product's code, again
 * and again, as a start and its children do. After each edit Go, libc and C code read it in
 * their own ways, and what they see is compared with what a list of strings would hold.
 */
#include <elf.h>
#include <errno.h>

#include "fuzz.h"
#include "snug/apply/vector.h"

enum { ENTRIES = 48, PAIRS = 40, WORDS = 256, TEXTS = 64, TEXT_BYTES = 40, EDITS = 4 };

static const char *const some_entries[] = {
    "PATH=/bin",
    "GOMAXPROCS=2",
    "GOMAXPROCS=7",
    "GOMEMLIMIT=241172480",
    "GOGC=off",
    "GOGC=",
    "SNUG_SET=",
    "SNUG_SET=GOMAXPROCS=2",
    "SNUG_SET=GOMEMLIMIT=241172480 GOMAXPROCS=2 pdeathsig=15:7:8",
    "SNUG_SET=GOGC= GOGC=off",
    "SNUG_SETS=GOMAXPROCS=2",
    "GO",
    "",
    "=",
};
static const char *const new_entries[] = {"GOMAXPROCS=2", "GOMEMLIMIT=241172480",
                                          "GOGC=off", "GOMAXPROCS=3", "GOMEMLIMIT=1"};
static const uint64_t some_types[] = {AT_SYSINFO_EHDR, AT_HWCAP,  AT_CLKTCK, AT_PHENT,
                                      AT_PHNUM,        AT_BASE,   AT_FLAGS,  AT_ENTRY,
                                      AT_UID,          AT_SECURE, AT_EXECFN, AT_IGNORE};

static uint64_t words[WORDS];
static uint64_t before[WORDS];
static char text[TEXTS][TEXT_BYTES];
static char record[EDITS][SNUG_RECORD_BYTES];
static char **envp;
static uint64_t (*old_auxv)[2];
static size_t n_words;
static uint64_t first_auxv[PAIRS][2]; /* As the kernel wrote it. */
static size_t n_first;

static void put_entries(struct fuzz_input *input)
{
    unsigned n_texts = 0;
    for (unsigned left = fuzz_byte(input) % ENTRIES; left > 0; left--) {
        const uint8_t choice = fuzz_byte(input);
        const char *entry =
            some_entries[choice % (sizeof some_entries / sizeof *some_entries)];
        if (choice >= 128 && n_texts < TEXTS) {
            const struct snug_text own = fuzz_part(input);
            snprintf(text[n_texts], TEXT_BYTES, "%.*s", (int)own.n, own.at);
            entry = text[n_texts++];
        }
        words[n_words++] = (uint64_t)(uintptr_t)entry;
    }
}

static void put_pair(uint64_t type, uint64_t value)
{
    first_auxv[n_first][0] = words[n_words++] = type;
    first_auxv[n_first++][1] = words[n_words++] = value;
}

/* What every kernel writes stands somewhere among what some do. */
static void put_auxv(struct fuzz_input *input)
{
    const unsigned n = fuzz_byte(input) % (PAIRS - 4);
    const unsigned place = n ? fuzz_byte(input) % (n + 1) : 0;
    n_first = 0;
    for (unsigned i = 0; i <= n; i++) {
        if (i == place) {
            put_pair(AT_PHDR, 0x400040);
            put_pair(AT_PAGESZ, 4096);
            put_pair(AT_RANDOM, 0x7ffc1234);
        }
        if (i < n) {
            const uint64_t type = some_types[fuzz_byte(input) % (sizeof some_types / 8)];
            put_pair(type, type == AT_FLAGS ? fuzz_byte(input) / 250 : fuzz_byte(input));
        }
    }
}

static void compose(struct fuzz_input *input)
{
    memset(words, 0x55, sizeof words);
    n_words = 1;
    words[n_words++] = 0; /* argv ends; argc may be 0. */
    envp = (char **)&words[n_words];
    put_entries(input);
    words[n_words++] = 0;
    old_auxv = (void *)&words[n_words];
    put_auxv(input);
    words[n_words++] = AT_NULL;
    words[n_words++] = 0;
}

/* The pairs may be found in any number; the first of a type counts. */
static const uint64_t *find_pair(uint64_t (*pairs)[2], uint64_t type)
{
    for (; (*pairs)[0] != AT_NULL; pairs++)
        if ((*pairs)[0] == type)
            return &(*pairs)[1];
    return NULL;
}

/* Everything but AT_FLAGS and AT_CLKTCK is read as before: by libc from where the auxv
 * began, by Go behind the environment's end. */
static void check_auxv(const struct snug_vector *vector)
{
    char **end = envp;
    while (*end)
        end++;
    MUST((void *)(end + 1) == (void *)vector->auxv);
    MUST((uint64_t *)vector->auxv >= (uint64_t *)old_auxv);
    MUST((uint64_t *)vector->auxv + 2 * vector->n_pairs + 2 == &words[n_words]);

    uint64_t kernels[PAIRS + 1][2] = {0};
    memcpy(kernels, first_auxv, n_first * sizeof *kernels);
    for (size_t i = 0; i < n_first; i++) {
        const uint64_t type = first_auxv[i][0];
        if (type == AT_FLAGS || type == AT_CLKTCK)
            continue;
        const uint64_t value = *find_pair(kernels, type);
        const uint64_t *libcs = find_pair(old_auxv, type);
        const uint64_t *gos = find_pair(vector->auxv, type);
        MUST(libcs && *libcs == value && gos && *gos == value);
    }
}

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

/* What is there: the old entries that were the user's, in their order, and the new ones. */
static void check_entries(char *const *old, char *const *set, unsigned n, const char *own)
{
    unsigned n_snugs = 0;
    for (char *const *entry = old; *entry; entry++)
        n_snugs += is_snugs(old, *entry);
    if (n_snugs > 16)
        return; /* More than any chain of starts leaves: some stay. */

    char *const *next_old = old;
    bool is_set[SNUG_VECTOR_INSERT_MAX + 1] = {0};
    unsigned n_records = 0;
    for (char **entry = envp; *entry; entry++) {
        if (*entry == own) {
            n_records++;
            continue;
        }
        unsigned i = 0;
        while (i < n && *entry != set[i])
            i++;
        if (i < n) {
            MUST(!is_set[i]);
            is_set[i] = true;
            continue;
        }
        while (*next_old && is_snugs(old, *next_old))
            next_old++;
        MUST(*next_old == *entry);
        next_old++;
    }
    while (*next_old && is_snugs(old, *next_old))
        next_old++;
    MUST(!*next_old && n_records > 0);
    for (unsigned i = 0; i < n; i++)
        MUST(is_set[i] && is_snugs(envp, set[i]));
    /* No pair of the auxv goes without need. */
    const unsigned n_new = n + 1 > n_snugs ? n + 1 - n_snugs : 0;
    MUST(count(envp) == count(old) + (n_new + 1) / 2 * 2);
}

static void edit(struct fuzz_input *input, struct snug_vector *vector, char *own_record)
{
    char *old[WORDS];
    size_t n_old = 0;
    do
        old[n_old] = envp[n_old];
    while (envp[n_old++]);

    static char copies[EDITS * SNUG_VECTOR_INSERT_MAX][TEXT_BYTES];
    static unsigned next_copy;
    char *set[SNUG_VECTOR_INSERT_MAX];
    const unsigned n = fuzz_byte(input) % (SNUG_VECTOR_INSERT_MAX + 1);
    for (unsigned i = 0; i < n; i++) {
        set[i] = copies[next_copy++ % (EDITS * SNUG_VECTOR_INSERT_MAX)];
        strcpy(set[i], new_entries[fuzz_byte(input) % 5]);
    }
    const char *word = fuzz_byte(input) & 1 ? "pdeathsig=15:4711:123456:4026531836" : NULL;

    memcpy(before, words, sizeof words);
    const int r = snug_vector_set(vector, set, n, word, own_record);
    check_auxv(vector);
    if (r < 0) {
        MUST(r == -ENOSPC && !memcmp(before, words, sizeof words));
        return;
    }
    if (!memcmp(before, words, sizeof words) && !n && !word)
        return; /* There was nothing to do. */
    check_entries(old, set, n, own_record);
    MUST(word ? strstr(own_record, word) != NULL : !strstr(own_record, "pdeathsig"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct fuzz_input input = {bytes, n_bytes};
    struct snug_vector vector;
    compose(&input);
    memcpy(before, words, sizeof words);
    MUST(snug_vector_find(envp, &vector) == 0);
    check_auxv(&vector);
    for (unsigned i = 0; i < EDITS && input.n; i++)
        edit(&input, &vector, record[i]);
    if (input.n) {
        static char last[SNUG_RECORD_BYTES] = "SNUG_SET=pdeathsig=15:1:2";
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
        uint64_t value;
        if (words[1] == 0 && snug_vector_find(envp, &damaged) == 0)
            MUST(snug_vector_auxv(&damaged, AT_PAGESZ, &value) && !(value & (value - 1)));
    }
    return 0;
}
