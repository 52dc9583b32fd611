/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Taking variables out of the Go runtime's environment. The runtime (runtime1.go,
 * goenvs_unix, Go 1.17 to 1.27) copies all entries into its heap and keeps an array of
 * them, two words each, address and length; package syscall copies the words when the
 * program's code begins. An entry of length 0 is none.
 *
 * What surprises: the array is looked for. It is known by holding *all* entries, in order,
 * letter by letter, and is read before any code of the program could have made another. C
 * code may have taken entries out of the vector since: then it holds more.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

#include "snug/apply/inheritance.h"
#include "snug/base/text.h"

enum {
    CHUNK_BYTES = 4 << 20, /* The heap grows by multiples of it, aligned. */
    /* Between our frame and the one in which the runtime holds the new thread's addresses
     * lie C's frames: 600 bytes were seen at most. Above it there is at least as much. */
    STACK_WORDS = 160,
    /* What is mapped and was never written reads 0. The runtime's heap grows from one
     * place; the largest hole was the first stack for signals, 32 KiB. */
    HOLE_WORDS = (64 << 10) / sizeof(uint64_t),
    STRIDE = 8, /* Empty words that are looked at together. */
};

/* As an entry, an empty record. No variable's is shorter. */
static const char record_name[] = "SNUG_SET=";

static struct {
    _Atomic bool is_armed;
    struct snug_vector *vector;
    const char *word;
    char *record;
    /* By the thread that maps the heap alone, which is the one that the runtime starts on.
     */
    const char *heap;
    const char *heap_end;
    const void *_Atomic thread;
} inheritance;

void snug_inheritance_arm(struct snug_vector *vector, const char *word, char *record)
{
    inheritance.vector = vector;
    inheritance.word = word;
    inheritance.record = record;
    atomic_store(&inheritance.is_armed, true);
}

bool snug_inheritance_is_armed(void)
{
    return atomic_load_explicit(&inheritance.is_armed, memory_order_relaxed);
}

void snug_inheritance_see_mapping(const void *at, size_t n_bytes, int prot, int flags)
{
    if (!at || prot != (PROT_READ | PROT_WRITE) ||
        flags != (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED) ||
        ((uintptr_t)at | n_bytes) % CHUNK_BYTES)
        return;
    if (at != inheritance.heap_end)
        inheritance.heap = at;
    inheritance.heap_end = (const char *)at + n_bytes;
    atomic_store(&inheritance.thread, __builtin_thread_pointer());
}

static bool is_in_heap(const void *at, size_t n_bytes)
{
    return (const char *)at >= inheritance.heap &&
           (const char *)at < inheritance.heap_end &&
           (size_t)(inheritance.heap_end - (const char *)at) >= n_bytes;
}

static bool is_copy(const struct snug_go_string *copy, const char *entry)
{
    return snug_text_equals((struct snug_text){copy->at, copy->n}, entry);
}

static bool is_string(const struct snug_go_string *at)
{
    return is_in_heap(at, sizeof *at) && (!at->n || is_in_heap(at->at, at->n));
}

/* How many copies stand there, up to that of the last entry; 0 if not all entries' do. What
 * is left of those that C code has taken out is the record, at the end. */
static size_t count_copies(const struct snug_go_string *copies)
{
    const struct snug_vector *vector = inheritance.vector;
    const size_t n_max = (size_t)((char **)vector->auxv - vector->envp);
    char *const *entry = vector->envp;
    size_t ret = 0;
    for (size_t n = 0; *entry && n < n_max && is_string(&copies[n]); n++)
        if (is_copy(&copies[n], *entry)) {
            entry++;
            ret = n + 1;
        }
    while (*entry == inheritance.record)
        entry++;
    return *entry ? 0 : ret;
}

struct copies {
    struct snug_go_string *at;
    size_t n;
};

/* How many words can be passed at once, up or down, of which the first holds nothing. */
static long pass_empty(const uint64_t *words, long n, long at, int step)
{
    const long low = step > 0 ? at : at - (STRIDE - 1);
    if (low < 0 || low + STRIDE > n)
        return 1;
    uint64_t all = 0;
    for (long i = low; i < low + STRIDE; i++)
        all |= words[i];
    return all ? 1 : STRIDE;
}

/* From `at` on, up or down, until a hole or the heap's end. Copies of what C code has taken
 * out before the first entry are passed by. Here a start spends most of its instructions:
 * most words are told by the length, which stands behind the address. The copy of an empty
 * string has no address. */
static struct copies search(const uint64_t *at, int step)
{
    const size_t n_first = snug_text_of(inheritance.vector->envp[0]).n;
    const uint64_t *const words = (const void *)inheritance.heap;
    const long n = (const uint64_t *)(const void *)inheritance.heap_end - words;
    const long n_places = n - 1; /* Where a string of two words can begin. */
    long i = at - words;
    if (i == n_places)
        i--;
    for (long n_empty = 0; n_empty < HOLE_WORDS && i >= 0 && i < n_places;) {
        const long n_passed =
            words[i] || !n_first ? 1 : pass_empty(words, n_places, i, step);
        n_empty = words[i] ? 0 : n_empty + n_passed;
        const size_t n_copies =
            words[i + 1] == n_first ? count_copies((const void *)&words[i]) : 0;
        if (n_copies)
            return (struct copies){(void *)(uintptr_t)&words[i], n_copies};
        i += step * n_passed;
    }
    return (struct copies){0};
}

/* Addresses in the heap lie in our callers' frames: those of the thread that is going to
 * be. From there on, what is read has been in use. */
static struct copies find_array(void)
{
    const uint64_t *stack = __builtin_frame_address(0);
    uint64_t last = 0;
    struct copies ret = {0};
    for (unsigned i = 0; i < STACK_WORDS && !ret.n; i++) {
        const uint64_t *at = (const void *)(uintptr_t)(stack[i] & ~(uint64_t)7);
        if (!is_in_heap(at, sizeof *at) || stack[i] == last)
            continue;
        last = stack[i];
        ret = search(at, 1);
        if (!ret.n)
            ret = search(at, -1);
    }
    return ret;
}

/* What stands in the entry's place afterwards; NULL: nothing. */
static char *find_heir(const struct snug_vector *vector, char *entry, const char *word,
                       char *record)
{
    const struct snug_vector_own *own = snug_vector_own(vector, entry);
    if (own && own->lender)
        return own->lender;
    if (own || entry == record)
        return word ? record : NULL;
    return entry;
}

/* Ends the vector before what was inserted, if all of that is still behind the rest. The
 * words that are left over may be types for libc: none may read 0. So the record stays in
 * the first of them where C code's setenv has put an entry of its own in the place of one
 * that was inserted. The vector's end stays one, for who is reading. */
static void cut(struct snug_vector *vector, char *record)
{
    snug_vector_refill(vector);
    char **envp = vector->envp;
    const size_t n = vector->n_entries;
    for (size_t i = vector->n_first; i < n; i++)
        if (envp[i] != record && !snug_vector_own(vector, envp[i]))
            return;
    if (n <= vector->n_first) /* Nothing was. */
        return;
    const size_t end = vector->n_first + snug_vector_is_type(vector, vector->n_first);
    vector->n_entries = end;
    if (end > vector->n_first)
        envp[vector->n_first] = record;
    envp[end] = NULL;
    for (size_t i = end + 1; i < n; i++)
        envp[i] = record;
    /* Another Go runtime, as in a library that is opened, walks on from the end by pairs.
     * By an odd number of words it would miss the auxv; where it finds none at all it reads
     * the kernel's copy. */
    if ((n - end) % 2 && end + 1 < vector->n_to_libcs)
        envp[end + 1] = NULL;
}

void snug_inheritance_withdraw(struct snug_vector *vector, const char *word, char *record,
                               struct snug_go_string *copies, size_t n_copies)
{
    const size_t n_record = sizeof record_name - 1 + snug_text_of(word).n;
    const struct snug_go_string *end = copies + n_copies;
    for (char **entry = vector->envp; *entry; entry++) {
        char *heir = find_heir(vector, *entry, word, record);
        struct snug_go_string *copy = copies;
        while (copy < end && !is_copy(copy, *entry))
            copy++;
        if (copy == end) /* C code has put it there since. */
            continue;
        copies = copy + 1;
        if (heir == *entry && heir != record)
            continue;
        if (heir)
            copy->at = heir;
        copy->n = heir == record ? n_record : snug_text_of(heir).n;
    }
    record[n_record] = 0;

    cut(vector, record);
    for (char **entry = vector->envp; *entry; entry++) {
        char *heir = find_heir(vector, *entry, word, record);
        if (heir != *entry)
            *entry = heir ? heir : record;
    }
    /* setenv may have copied the array meanwhile. */
    for (unsigned i = 0; i < vector->n_own; i++)
        (void)snug_text_copy(snug_text_of(record_name), sizeof record_name,
                             vector->own[i].entry);
    vector->n_own = 0;
}

void snug_inheritance_see_thread(void)
{
    if (__builtin_thread_pointer() != atomic_load(&inheritance.thread))
        return;
    atomic_store(&inheritance.is_armed, false);
    const struct copies copies = find_array();
    if (copies.n)
        snug_inheritance_withdraw(inheritance.vector, inheritance.word, inheritance.record,
                                  copies.at, copies.n);
}
